internal import Endpoints
internal import PageLayout
internal import Web

/// The question before a user ends all sessions but the current one.
struct EndSessionsPage {
    let account: Account
    let token: String
    /// The number of sessions that will end.
    let count: Int

    var document: HTML {
        let noun = count == 1 ? "session" : "sessions"
        let form = ConfirmationForm(
            "End all other sessions?",
            "Every other browser that is signed in to your account is signed out at once.",
            consequences: ["\(Number.grouped(count)) \(noun) will end", "This session stays signed in"],
            path: Paths.account.text, token: token, fields: [("action", "end_others")],
            button: count == 1 ? "End 1 session" : "End \(Number.grouped(count)) sessions",
            cancel: "\(Paths.account.text)#sessions")
        return Page(title: "End all other sessions?", account: account, content: form.markup).document
    }
}
