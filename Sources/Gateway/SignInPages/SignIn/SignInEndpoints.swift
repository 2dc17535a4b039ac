package import Endpoints
internal import HTTPMessage
internal import Identities
internal import RuntimeConfiguration
package import SignInFlow
internal import Web

/// The endpoints of signing in and out. Forms are passed on as they are: a step refuses repeated fields, and checks the
/// form token of each session that the browser has.
package struct SignInEndpoints: Sendable {
    let services: SignInServices

    package init(services: SignInServices) {
        self.services = services
    }

    package var all: [Endpoint] {
        [
            get("login", SignInPaths.login) { flow, _ in await flow.login() },
            post("login", SignInPaths.login, .exempt(.everySession), refusal: { flow, _ in flow.loginRefused() }) {
                flow, form, _ in
                await flow.loginConfirmed(form)
            },
            get("initiate", SignInPaths.initiate) { flow, _ in await flow.initiate() },
            post(
                "initiate", SignInPaths.initiate, .exempt(.initiation), refusal: { flow, _ in flow.initiationRefused() }
            ) { flow, form, _ in flow.initiatePosted(form) },
            get("callback", SignInPaths.callback) { flow, provider in await flow.callback(of: provider) },
            post(
                "callback", SignInPaths.callback, .exempt(.callback),
                refusal: { flow, provider in flow.callbackRefused(of: provider) }
            ) { flow, form, provider in flow.callbackPosted(of: provider, form) },
            get("callbackWithoutProvider", SignInPaths.callbackWithoutProvider) { flow, _ in
                flow.callbackWithoutProvider()
            },
            post(
                "callbackWithoutProvider", SignInPaths.callbackWithoutProvider, .exempt(.callback),
                refusal: { flow, _ in flow.callbackWithoutProvider() }
            ) { flow, _, _ in flow.callbackWithoutProvider() },
            get("logout", SignInPaths.logout) { flow, _ in await flow.logoutAsked() },
            post("logout", SignInPaths.logout, .exempt(.everySession), refusal: { _, _ in nil }) { flow, form, _ in
                await flow.logout(form)
            },
            get("signedOut", SignInPaths.signedOut) { flow, _ in flow.signedOut() },
            post(
                "backchannelLogout", SignInPaths.backchannelLogout, .exempt(.backchannel), .api,
                refusal: { flow, provider in flow.backchannelLogoutRefused(of: provider) }
            ) { flow, form, provider in await flow.backchannelLogout(provider, form) },
        ]
    }

    private func get(
        _ name: String, _ path: PathTemplate,
        _ step: @escaping @Sendable (SignInFlow, _ provider: ProviderID?) async -> SignInOutcome
    ) -> Endpoint {
        Endpoint(
            name, .get, path, .signIn,
            .anyone(
                .later { context, _ in
                    reply(await step(flow(context), context.provider), context)
                }), isRateLimited: true)
    }

    /// - Parameter refusal: returns the outcome of a request that its head refuses, or nil if its content is read.
    private func post(
        _ name: String, _ path: PathTemplate, _ forgery: ForgeryRule, _ kind: Endpoint.Kind = .signIn,
        refusal: @escaping @Sendable (SignInFlow, _ provider: ProviderID?) -> SignInOutcome?,
        _ step: @escaping @Sendable (SignInFlow, SignInFlow.Form, _ provider: ProviderID?) async -> SignInOutcome
    ) -> Endpoint {
        Endpoint(
            name, .post, path, kind,
            .anyone(
                .fields(refusal: { context in
                    refusal(flow(context), context.provider).map { reply($0, context) }
                }) { context, _, form in
                    reply(await step(flow(context), form, context.provider), context)
                }), forgery: forgery, isRateLimited: true)
    }

    private func flow(_ context: RequestContext) -> SignInFlow {
        SignInFlow(
            site: context.configuration.site, signIn: context.configuration.signIn,
            settings: context.configuration.accessSettings, service: services, request: context.request,
            requestID: context.requestID, address: context.remoteAddress,
            applications: context.configuration.upstreams.all.map { ($0.origin, $0.beginURL) })
    }

    private func reply(_ outcome: SignInOutcome, _ context: RequestContext) -> Reply {
        SignInReplies(configuration: context.configuration.signIn, requestID: context.requestID).reply(outcome)
    }
}

extension RequestContext {
    /// The provider that the path names; nil if it names none, or if the text is no id.
    fileprivate var provider: ProviderID? { ProviderID(variable("provider")) }
}
