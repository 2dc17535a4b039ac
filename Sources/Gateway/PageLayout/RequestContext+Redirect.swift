package import Endpoints
internal import HTTPMessage

extension RequestContext {
    /// A redirect after an action, so that reloading the page repeats nothing.
    package func redirect(done action: String) -> Reply { .redirect("\(request.target.path)?done=\(action)") }
}
