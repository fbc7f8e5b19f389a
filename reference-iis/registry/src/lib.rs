//! The registry: patients, vaccinations, matching, reported and consolidated records
