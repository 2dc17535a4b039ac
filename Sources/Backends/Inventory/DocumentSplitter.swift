internal import JSON
internal import Text

/// Splits a streamed document into the elements of its top-level arrays and its other top-level values. The ordinary
/// JSON parser reads each piece, so that memory holds only one piece at a time.
///
/// The splitter checks only the syntax between the pieces (RFC 8259, sections 2, 4 and 5). The content of a piece,
/// including its brackets, is checked by the parser.
struct DocumentSplitter {
    struct Piece: Equatable {
        /// The top-level name; nil if the document is not an object and is therefore one piece.
        let name: String?
        /// The index in the array; nil for a value that is not an array, and for an empty array.
        let index: Int?
        /// One JSON value; empty for an empty array.
        let bytes: [UInt8]
        /// The offset of the piece in the document, in bytes.
        let offset: Int
    }

    private enum State {
        case start, beforeFirstName, beforeName, afterName, beforeValue, beforeFirstElement, beforeElement
        case afterElement, afterValue, end
        case inName, inValue, inElement, inDocument

        var isInside: Bool { self == .inName || self == .inValue || self == .inElement || self == .inDocument }
    }

    /// The maximum nesting inside an element. The parser's limit for the whole document is 32, and elements are inside
    /// an array inside an object.
    static let elementDepth = 30

    private let elementLimit: Int
    private var state = State.start
    /// The number of bytes before the current chunk.
    private var consumed = 0
    private var piece: [UInt8] = []
    private var pieceOffset = 0
    private var scanner = ValueScanner()
    private var name = ""
    private var names: Set<ExactText> = []
    private var index = 0

    init(elementLimit: Int) {
        self.elementLimit = elementLimit
    }

    /// Reads the next bytes of the document, cut at any place, and passes on each piece as soon as it is complete. An
    /// error in a piece is therefore reported before a later error, wherever the document was cut.
    ///
    /// - Parameter take: returns true to continue. After false, `split` must not be called again.
    mutating func split(
        _ chunk: [UInt8], _ take: (Piece) throws(JSONSyntaxError) -> Bool
    ) throws(JSONSyntaxError) {
        let bytes = chunk.span
        var position = 0
        while position < bytes.count {
            if state.isInside {
                let end = try scanner.scan(bytes, from: position, documentOffset: consumed)
                piece.append(contentsOf: chunk[position..<(end ?? bytes.count)])
                let limit = state == .inName ? InventoryLimits.topLevelName : elementLimit
                guard piece.count <= limit else { throw fault(.tooLarge, pieceOffset) }
                guard let end else { break }
                position = end
                if let complete = try completePiece(), try !take(complete) { return }
                continue
            }
            let byte = bytes[position]
            if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                position += 1
                continue
            }
            let (next, isPieceStart) = try follow(byte, at: consumed + position)
            if isPieceStart {
                pieceOffset = consumed + position
                scanner = ValueScanner(beginningWith: byte)
            } else {
                position += 1
            }
            if state == .beforeFirstElement, next == .afterValue {
                guard try take(Piece(name: name, index: nil, bytes: [], offset: consumed + position)) else { return }
            }
            state = next
        }
        consumed += bytes.count
    }

    /// Marks the end of the document.
    func finish() throws(JSONSyntaxError) {
        guard state != .end else { return }
        if state.isInside {
            // An incomplete piece may have an error long before its end.
            do throws(JSONSyntaxError) {
                _ = try JSONDocument(parsing: piece, maximumDepth: DocumentSplitter.elementDepth)
            } catch {
                throw fault(error.reason, pieceOffset + error.offset)
            }
        }
        throw fault(.unexpectedEnd, consumed)
    }

    /// Returns the state after a byte between pieces, and whether the byte is the first of a piece.
    private func follow(_ byte: UInt8, at offset: Int) throws(JSONSyntaxError) -> (State, isPieceStart: Bool) {
        switch (state, byte) {
        case (.start, UInt8(ascii: "{")): return (.beforeFirstName, false)
        case (.start, UInt8(ascii: "[")), (.start, UInt8(ascii: "\"")): return (.inDocument, true)
        case (.start, 0xEF): throw fault(.byteOrderMark, offset)
        case (.beforeFirstName, UInt8(ascii: "}")), (.afterValue, UInt8(ascii: "}")): return (.end, false)
        case (.beforeFirstName, UInt8(ascii: "\"")), (.beforeName, UInt8(ascii: "\"")): return (.inName, true)
        case (.afterName, UInt8(ascii: ":")): return (.beforeValue, false)
        case (.beforeValue, UInt8(ascii: "[")): return (.beforeFirstElement, false)
        case (.beforeFirstElement, UInt8(ascii: "]")), (.afterElement, UInt8(ascii: "]")): return (.afterValue, false)
        case (.afterElement, UInt8(ascii: ",")): return (.beforeElement, false)
        case (.afterValue, UInt8(ascii: ",")): return (.beforeName, false)
        case (.end, _): throw fault(.trailingContent, offset)
        case (.beforeValue, _) where ValueScanner.canBegin(byte): return (.inValue, true)
        case (.beforeFirstElement, _) where ValueScanner.canBegin(byte): return (.inElement, true)
        case (.beforeElement, _) where ValueScanner.canBegin(byte): return (.inElement, true)
        case (.beforeFirstName, _), (.beforeName, _): throw fault(.expectedName, offset)
        case (.afterName, _): throw fault(.expectedColon, offset)
        case (.afterElement, _): throw fault(.expectedCommaOrBracket, offset)
        case (.afterValue, _): throw fault(.expectedCommaOrBrace, offset)
        default: throw fault(.expectedValue, offset)
        }
    }

    private mutating func completePiece() throws(JSONSyntaxError) -> Piece? {
        defer { piece = [] }
        switch state {
        case .inName:
            do throws(JSONSyntaxError) {
                name = try JSONDocument(parsing: piece).root.string ?? ""
            } catch {
                throw fault(error.reason, pieceOffset + error.offset)
            }
            guard names.insert(ExactText(name)).inserted else { throw fault(.duplicateName, pieceOffset) }
            guard names.count <= InventoryLimits.topLevelNames else { throw fault(.tooLarge, pieceOffset) }
            index = 0
            state = .afterName
            return nil
        case .inElement:
            defer { index += 1 }
            state = .afterElement
            return Piece(name: name, index: index, bytes: piece, offset: pieceOffset)
        case .inDocument:
            state = .end
            return Piece(name: nil, index: nil, bytes: piece, offset: pieceOffset)
        default:
            state = .afterValue
            return Piece(name: name, index: nil, bytes: piece, offset: pieceOffset)
        }
    }

    private func fault(_ reason: JSONSyntaxError.Reason, _ offset: Int) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: offset)
    }
}
