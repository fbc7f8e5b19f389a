//! Evaluation and forecasting of immunizations by CDC's logic (CDSi): pure functions over a patient's history, a schedule
//! and a date. No input or output, no clock.
