public import HTTPServer

/// A request's body as a source. It is read no faster than its content is staged.
extension RequestBody: InventorySource {}
