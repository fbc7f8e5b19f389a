//! CDC SOAP and plain HTTP, client and server, with recorded exchanges
