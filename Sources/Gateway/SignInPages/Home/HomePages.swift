package import AccessUseCases
package import Endpoints
internal import HTTPMessage
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import SignInFlow
internal import Text
internal import Web

/// The home page, and the files that pages use.
package struct HomePages: Sendable {
    let access: OwnAccess

    package init(access: OwnAccess) {
        self.access = access
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint("home", .get, Paths.home, .page, .optionalCaller(.either(home))),
            Endpoint("asset", .get, Paths.asset, .page, .anyone(.now(asset)), needsNoStore: true),
        ]
    }

    /// The sign-in page; for a signed-in user, the list of organizations and applications. A user who may open no
    /// application is redirected to the only organization, unless the query asks for the list.
    private func home(_ context: RequestContext, _ caller: Caller?) -> Handler<Caller?>.Outcome {
        guard let caller else {
            guard RequestOrigin.isNavigation(context.request) || context.request.acceptsAnything else {
                return .now(context.unauthenticated)
            }
            var query = SignInQuery()
            query.isAfterSession = !context.staleCookies.isEmpty
            let page = context.configuration.signIn.page(for: query)
            return .now(Reply.page(.ok, page.document).with(context.staleCookies))
        }
        let wantsList = context.query["all"] != nil
        let upstreams = access.upstreams(context, caller)
        return access.outcome(context, caller) { entitlements in
            let items = OrganizationListPage.Item.all(entitlements, under: context.configuration)
            let applications = upstreams.map { upstream in
                OrganizationListPage.Application(
                    name: upstream.name,
                    organization: context.configuration.organization(upstream.organization)?.name ?? "",
                    url: upstream.origin + "/")
            }
            switch items.count {
            case 0 where applications.isEmpty: return RefusalReply.page(context, caller, entitlements)
            case 1 where !wantsList && applications.isEmpty: return .redirect(items[0].url)
            case _:
                let page = OrganizationListPage(account: caller.account, items: items, applications: applications)
                return .page(.ok, page.document)
            }
        }
    }

    private func asset(_ context: RequestContext, _: Void) -> Reply {
        guard let asset = Asset.named(context.variable("file")) else {
            return .problem(Problem(.notFound, detail: "Page not found."))
        }
        return .asset(type: asset.contentType, tag: asset.tag, asset.bytes)
    }
}

extension Request {
    /// Whether the client states no preference, as command-line programs do.
    fileprivate var acceptsAnything: Bool {
        field(.requestedWith) == nil && (field(.fetchMode) ?? "navigate") == "navigate"
            && fields(.accept).allSatisfy { $0.holds(exactly: "*/*") }
    }
}
