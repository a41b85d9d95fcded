//! A page made readable: decoded, turned, straightened, told from a blank; one file per operation.
