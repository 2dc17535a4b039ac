public import HTTPServer

/// A request's body, which is read no faster than it is staged.
extension RequestBody: InventorySource {}
