internal import HTTPMessage
internal import Sockets
internal import Time

/// The serializer of one reactor, whose `Date` field (RFC 9110, section 6.6.1) is made once per second.
final class ServerClock {
    private var second: Int64 = .min
    private var serializer = ResponseSerializer()

    func serializer(at turn: Turn) -> ResponseSerializer {
        let now = turn.wall.seconds
        if now != second {
            second = now
            serializer.dateLine = Array("Date: \(ServerClock.fixedDate(turn.wall))\r\n".utf8)
        }
        return serializer
    }

    // IMF-fixdate = day-name "," SP date1 SP time-of-day SP GMT (RFC 9110, section 5.6.7)
    static func fixedDate(_ moment: Timestamp) -> String {
        let bytes = Timestamp(seconds: moment.seconds).rfc3339Bytes()
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // 1970-01-01 was a Thursday; the whole days since then are rounded down.
        let day = Int((moment.seconds - ((moment.seconds % 86400) + 86400) % 86400) / 86400)
        let month = Int(text(5..<7)) ?? 1
        return days[((day % 7) + 7) % 7] + ", " + text(8..<10) + " " + months[month - 1] + " "
            + text(0..<4) + " " + text(11..<19) + " GMT"
    }
}
