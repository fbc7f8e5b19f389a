//! The reference IIS on the wire: acknowledgments and responses from findings and records
