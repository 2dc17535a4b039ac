internal import JSON

extension ImportSummary {
    /// The counts of an import.
    public var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("workspaces", workspaces)
        writer.member("workflows", workflows)
        writer.member("members", members)
        writer.member("runners", runners)
        writer.member("roles", roles)
        writer.endObject()
        return writer.bytes
    }
}
