internal import HTTPMessage
internal import Text

extension AnswerHead {
    /// The fields that are passed on to the client: all but those of the connection, those that only the gateway states,
    /// and cookies with the gateway's names. An interim response sets no cookie.
    func forwardedFields(requestID: String?) -> Fields {
        let options = fieldLines.tokens(.connection)
        var fields = Fields()
        fieldLines.each { head, name, value in
            guard !ReservedFields.areOfConnection(head, in: name), !ReservedFields.stateIdentity(head, in: name),
                !options.contains(where: { $0.isFieldName(head, name) })
            else { return }
            if name.count == 10, head.holds(lowercased: "set-cookie", in: name) {
                let octets = [UInt8](copying: head.extracting(value))
                guard requestID != nil, !GatewayCookies.areSet(by: octets[...]) else { return }
            }
            fields.append(name: head.extracting(name), value: head.extracting(value))
        }
        if let requestID { fields.append(.requestID, requestID) }
        return fields
    }

    /// True for server-sent events, which may be silent for any time (WHATWG HTML, section 9.2).
    var isEventStream: Bool {
        guard let type = fieldLines.values(FieldName.contentType).first else { return false }
        let name = Array(type.prefix { $0 != UInt8(ascii: ";") }.trimmingBlanks())
        return name.span.holds(lowercased: "text/event-stream", in: 0..<name.count)
    }

    /// True if a challenge would authenticate the connection instead of a request.
    var asksToBindConnection: Bool {
        fieldLines.values(.wwwAuthenticate).contains { ConnectionAuthentication.begins($0) }
    }
}

extension [UInt8] {
    fileprivate func isFieldName(_ head: Span<UInt8>, _ name: Range<Int>) -> Bool {
        count == name.count && indices.allSatisfy { self[$0] == ASCII.lowercased(head[name.lowerBound + $0]) }
    }
}
