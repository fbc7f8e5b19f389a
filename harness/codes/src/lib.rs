//! The code book: every code an immunization message carries, with its dates; lookups, equivalences, the difference of two
//! books, and overlays. No network, and nothing about messages.
