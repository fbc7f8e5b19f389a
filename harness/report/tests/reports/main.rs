//! The reports of invented results that hold every verdict and much that is hostile.

mod html;
mod sample;
mod sample_messages;
mod text;
