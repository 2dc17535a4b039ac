package import Web

/// The icons of the pages: drawings of 16 by 16 units in the colour of the text beside them.
///
/// A page holds each drawing once (``sprite``), however many rows show it.
package enum Icon: String, Sendable, CaseIterable {
    case alert, ban, check, chevron, clock, close, copy, cross, download, filter, info, key, laptop, leave,
        list, lock, mail, more, organizations, pencil, phone, plus, search, shield, sliders, user

    /// The path of the drawing.
    private var drawing: HTML {
        switch self {
        case .alert: "M8 1.75 14.5 13.5h-13zM8 6v3.5M8 11.6v.1"
        case .ban: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5M3.6 3.6l8.8 8.8"
        case .check: "m3 8.5 3.2 3.2L13 4.8"
        case .chevron: "m4.5 6.5 3.5 3.5 3.5-3.5"
        case .clock: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5M8 4.5V8l2.5 1.5"
        case .close: "m4 4 8 8M12 4l-8 8"
        case .copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3"
        case .cross: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5M8 4.75V8.5M8 11v.1"
        case .download: "M8 2v8m0 0 3-3M8 10 5 7M2.5 13.5h11"
        case .filter: "M2.5 4.5h11M4.5 8h7M6.5 11.5h3"
        case .info: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5M8 7.25V11M8 5v.1"
        case .key: "M10.5 2a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M8 8l-5.5 5.5M4.5 11.5 6 13"
        case .laptop: "M3.5 3.5h9v6.5h-9zM1.5 12.75h13"
        case .leave: "M6 14H3.5A1.5 1.5 0 0 1 2 12.5v-9A1.5 1.5 0 0 1 3.5 2H6m4.5 9 3-3-3-3m3 3H6"
        case .list: "M2.5 4h11M2.5 8h8M2.5 12h11"
        case .lock: "M4 7.5h8v6H4zM5.75 7.5V5a2.25 2.25 0 0 1 4.5 0v2.5"
        case .mail: "M2 3.5h12v9H2zM2 4.5l6 4.5 6-4.5"
        case .more: "M3.5 8h.1M8 8h.1M12.5 8h.1"
        case .organizations:
            "M2.5 14V3.5A1 1 0 0 1 3.5 2.5h5a1 1 0 0 1 1 1V14m0-7.5h3a1 1 0 0 1 1 1V14M1 14h14M5 5.5h2M5 8.5h2"
        case .pencil: "M3 13l.6-2.9L11 2.7l2.3 2.3-7.4 7.4zM9.5 4.2l2.3 2.3"
        case .phone: "M5 1.75h6v12.5H5zM7.5 12.25h1"
        case .plus: "M8 3v10M3 8h10"
        case .search: "M7.25 12a4.75 4.75 0 1 0 0-9.5 4.75 4.75 0 0 0 0 9.5m3.5-1.25 3 3"
        case .shield: "M8 1.75 13 3.5v4c0 3.2-2 5.4-5 6.75C5 12.9 3 10.7 3 7.5v-4z"
        case .sliders: "M2.5 4.5h6M11.5 4.5h2M10 3v3M2.5 8h1.5M7 8h6.5M5.5 6.5v3M2.5 11.5h6M11.5 11.5h2M10 10v3"
        case .user: "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8m-5.5 6c.4-2.6 2.7-4 5.5-4s5.1 1.4 5.5 4"
        }
    }

    /// The icon without a name for assistive technology: the text beside it says the same.
    package var markup: HTML {
        "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-\(rawValue)\"></use></svg>"
    }

    /// The drawings of all icons, which every page has: a script may add parts of another page that need others.
    package static let sprite: HTML = {
        let symbols = allCases.map { icon -> HTML in
            "<symbol id=\"icon-\(icon.rawValue)\" viewBox=\"0 0 16 16\"><path d=\"\(icon.drawing)\"></path></symbol>"
        }
        return "<svg class=\"sprite\" width=\"0\" height=\"0\" aria-hidden=\"true\">\(symbols)</svg>"
    }()

    /// The mark of the product.
    package static let mark: HTML = """
        <svg class="mark" viewBox="2 2.25 20 20" aria-hidden="true" focusable="false"><path class="wall" d="M2 3.75A.75.75 0 0 1 2.75 3h3.5a.75.75 0 0 1 .75.75V6h2.5V3.75a.75.75 0 0 1 .75-.75h3.5a.75.75 0 0 1 .75.75V6H17V3.75a.75.75 0 0 1 .75-.75h3.5a.75.75 0 0 1 .75.75v17a.75.75 0 0 1-.75.75H17.5v-6a5.5 5.5 0 0 0-11 0v6H2.75a.75.75 0 0 1-.75-.75z"></path><path class="door" d="M8.5 15.5a3.5 3.5 0 0 1 7 0v6h-7z"></path></svg>
        """
}
