internal import ClaimMapping
internal import Cryptography
internal import JSON

/// Fuzzes base64url and base64. A decoded text encodes to itself, and all bytes can be encoded.
func fuzzBase64URL(_ bytes: [UInt8]) {
    if let decoded = Base64URL.decode(bytes.span) {
        promise(Array(Base64URL.encode(decoded).utf8) == bytes, "base64url has one encoding")
    }
    promise(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "base64url decodes to the encoded bytes")
    promise(Base64.decode(Base64.encode(bytes)) == bytes, "base64 decodes to the encoded bytes")
    let text = String(decoding: bytes, as: UTF8.self)
    _ = Base64URL.decode(text)
    if let decoded = Base64.decode(text) { promise(decoded.count <= bytes.count, "decoding lengthens no text") }
}

/// Fuzzes JSON Pointers: the first line is a pointer, the rest a document.
///
/// A pointer is written as it was read, and each value of a document is found by its own pointer.
func fuzzPointer(_ bytes: [UInt8]) {
    let (first, second) = bytes.halves
    let document = try? JSONDocument(parsing: second)
    if let text = String(validating: first, as: UTF8.self), let pointer = JSONPointer(text) {
        promise(pointer.description.utf8.elementsEqual(first), "a pointer is written unchanged")
        if let found = document?.root.value(at: pointer) {
            promise(second.indices.contains(found.offset), "a pointer leads into the document")
        }
    }
    if let document { checkPointers(to: document.root, at: JSONPointer(), in: document) }
}

private func checkPointers(to value: JSONValue, at pointer: JSONPointer, in document: JSONDocument) {
    let found = JSONPointer(pointer.description).flatMap { document.root.value(at: $0) }
    promise(found?.range == value.range, "a value is found by its pointer")
    for member in value.members { checkPointers(to: member.value, at: pointer.appending(member.name), in: document) }
    for (index, element) in value.elements.enumerated() {
        checkPointers(to: element, at: pointer.appending(index), in: document)
    }
}

/// Fuzzes globs: the first line is a pattern, the rest a text. The result equals that of the definition, computed
/// slowly.
func fuzzGlob(_ bytes: [UInt8]) {
    let (first, second) = bytes.halves
    let (pattern, text) = (String(decoding: first, as: UTF8.self), String(decoding: second, as: UTF8.self))
    let matches = Glob(pattern).matches(text)
    if pattern.utf8.count * text.utf8.count <= 1 << 16 {
        let expected = matchesByDefinition(Array(pattern.unicodeScalars), Array(text.unicodeScalars))
        promise(matches == expected, "a glob matches by its definition")
    }
    promise(Glob("*").matches(text) && Glob("*" + text).matches(text) == Glob(text + "*").matches(text), "stars match")
}

/// Computes for each prefix of the pattern which prefixes of the text it matches.
private func matchesByDefinition(_ pattern: [Unicode.Scalar], _ text: [Unicode.Scalar]) -> Bool {
    var matched = [true] + Array(repeating: false, count: text.count)
    for scalar in pattern {
        var next = Array(repeating: false, count: matched.count)
        if scalar == "*" {
            var isReached = false
            for index in matched.indices {
                isReached = isReached || matched[index]
                next[index] = isReached
            }
        } else {
            for index in text.indices where matched[index] && (scalar == "?" || scalar == text[index]) {
                next[index + 1] = true
            }
        }
        matched = next
    }
    return matched[text.count]
}
