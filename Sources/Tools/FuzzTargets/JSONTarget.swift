internal import JSON

/// Fuzzes JSON in the strict and the configuration dialect.
///
/// A value that is read, written and read again stays equal. A strict document is also a configuration document. The
/// canonical form is its own canonical form.
func fuzzJSON(_ bytes: [UInt8]) {
    let strict = try? JSONDocument(parsing: bytes)
    let relaxed = try? JSONDocument(parsing: bytes, as: .configuration)
    if let strict {
        promise(strict.duplicateNames.isEmpty, "a strict document has no duplicate names")
        promise(
            relaxed.map { isSame($0.root, strict.root) } ?? false, "a strict document is a configuration document too")
        checkCanonicalForm(strict.root)
    }
    if let relaxed { checkRewriting(relaxed) }
    checkFault(bytes)
}

private func checkRewriting(_ document: JSONDocument) {
    var writer = JSONWriter()
    write(document.root, to: &writer)
    let hasDuplicates = !document.duplicateNames.isEmpty
    guard let again = try? JSONDocument(parsing: writer.bytes, as: hasDuplicates ? .configuration : .strict) else {
        fatalError("broken promise: the writer's output can be read")
    }
    promise(again.duplicateNames.count == document.duplicateNames.count, "writing keeps duplicate names")
    promise(isSame(again.root, document.root), "the written document equals the one that was read")
}

private func checkCanonicalForm(_ value: JSONValue) {
    guard let canonical = value.canonicalBytes() else { return }
    guard let document = try? JSONDocument(parsing: canonical) else {
        fatalError("broken promise: the canonical form can be read")
    }
    promise(document.root.canonicalBytes() == canonical, "the canonical form is its own canonical form")
    promise(
        document.root.kind == value.kind && document.root.count == value.count, "the canonical form keeps the value")
}

/// Checks that a fault's offset is inside the text, and has a line and column.
private func checkFault(_ bytes: [UInt8]) {
    do throws(JSONSyntaxError) {
        _ = try JSONDocument(parsing: bytes, as: .configuration, maximumDepth: 512)
    } catch {
        promise((0...bytes.count).contains(error.offset), "a fault is inside the text")
        let position = JSONPosition(offset: error.offset, in: bytes)
        promise(position.line >= 1 && position.column >= 1, "lines and columns count from 1")
    }
}

/// Writes a value from its decoded parts. Numbers other than integers are copied from the text.
private func write(_ value: JSONValue, to writer: inout JSONWriter) {
    switch value.kind {
    case .null: writer.null()
    case .boolean: writer.boolean(value.boolean == true)
    case .string: writer.string(value.string ?? "")
    case .number:
        if let integer = value.integer, value.text != "-0" {
            writer.integer(integer)
        } else {
            writer.value(value)
        }
    case .array:
        writer.beginArray()
        for element in value.elements { write(element, to: &writer) }
        writer.endArray()
    case .object:
        writer.beginObject()
        for member in value.members {
            writer.name(member.name)
            write(member.value, to: &writer)
        }
        writer.endObject()
    }
}

/// Compares values byte by byte, because `String` comparison treats different spellings as equal.
private func isSame(_ a: JSONValue, _ b: JSONValue) -> Bool {
    guard a.kind == b.kind, a.boolean == b.boolean, a.integer == b.integer else { return false }
    switch a.kind {
    case .null, .boolean: return true
    case .number: return a.double?.bitPattern == b.double?.bitPattern
    case .string: return (a.string ?? "").utf8.elementsEqual((b.string ?? "").utf8) && b.equals(a.string ?? "")
    case .array: return a.count == b.count && zip(a.elements, b.elements).allSatisfy { isSame($0, $1) }
    case .object:
        return a.count == b.count
            && zip(a.members, b.members).allSatisfy {
                $0.name.utf8.elementsEqual($1.name.utf8) && isSame($0.value, $1.value)
            }
    }
}
