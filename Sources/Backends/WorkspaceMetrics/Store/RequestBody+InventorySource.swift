public import HTTPServer

/// A request's body is read as it arrives, and no faster than it is staged.
extension RequestBody: InventorySource {}
