//! The reports of invented results that hold every verdict and much that is hostile.

mod html;
mod pdf;
mod recognition;
mod recognition_sample;
mod sample;
mod sample_messages;
mod seal;
mod text;
