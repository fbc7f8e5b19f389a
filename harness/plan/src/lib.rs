//! Test plans: the model, the YAML loader, test data and message templates
