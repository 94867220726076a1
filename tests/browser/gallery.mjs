// Every screen of the app with people and companies that do not exist, for the tests of their looks and for the pictures in
// docs/images. The screens are the app's own, shown by the app's own frame.

/** Screens that are unlike each other; the messages beside them differ in their words alone. */
export const SCREENS = ["home", "empty", "offline", "enrol", "enrol-elsewhere", "compare", "challenge", "wrong-number", "no-number", "report", "approved",
    "refused", "expired", "account", "settings", "notify-ask", "notify-home", "notify-denied", "notice"];

/**
 * Shows one screen. Runs in the page.
 * @param {{screen: string, code: string}} wanted screen: of SCREENS, or the key of a message
 */
async function showInPage({screen, code}) {
    const load = (name) => import(new URL(`js/${name}.js`, location.origin + "/approve/").href);
    const [{createWords}, {createFrame}, home, enrol, challenge, message, account, settings, notify, notice] = await Promise.all(
        ["i18n", "views/frame", "views/home", "views/enrol", "views/challenge", "views/message", "views/account", "views/settings",
            "views/notify", "views/notice"].map(load));
    const words = createWords(code);
    const frame = createFrame(document.body, () => words);
    const server = "https://sign-in.acme.example";
    const accounts = [
        {id: "1", company: "Acme Support", address: "ann.archer@acme.example", name: "Ann's phone", audience: server,
            fingerprint: "6a1f 09c2 e4b7 5d80 31ff", enrolled: "2026-11-03T09:12:00Z", isGone: false},
        {id: "2", company: "Northern Lights Field Service", address: "ann@northern-lights.example", name: "Ann's phone", audience: server,
            fingerprint: "77e0 b1a4 90cc 2f3d 8e15", enrolled: "2026-05-20T09:12:00Z", isGone: false}];
    const now = Date.now();
    const asked = {
        sChallengeId: "c", sNonce: "n", sAudience: server, sCompany: "Acme Support", sAccount: "ann.archer@acme.example",
        sPurpose: "sign-in", sConsole: "Technician Console 7.2", sSource: "203.0.113.24", bNumberRequired: screen !== "no-number",
        sCreated: new Date(now - 14_000).toISOString(), sExpires: new Date(now + 46_000).toISOString(), iTriesRemaining: 3,
        iSecondsRemaining: 46};
    const challengeScreen = () => challenge.challengeView(words, {
        challenge: asked, hasMore: false, say: frame.say, over() {}, decide: async () => ({result: "WrongNumber", tries: 2}),
        confirmReport: () => frame.confirm({
            title: words.t("report.ask"), text: words.t("report.text"), yes: words.t("report.yes")})});
    const say = (kind, key) => message.messageView(words, {kind, key, values: {company: "Acme Support", n: 2}, done() {}});
    const place = (...nodes) => {
        const node = document.createElement("div");
        node.className = "bell";
        node.append(...nodes);
        return node;
    };
    const card = (state) => place(notify.notifyCard(words, state, false, {async allow() {}, async putAway() {}}));
    const section = (state) => place(...notify.notifySection(words, state, {async allow() {}, async switchOff() {}}));
    const notices = () => place(...["device-added", "password-changed"].map((kind, i) => notice.noticeCard(words, accounts[i],
        {id: "n", kind, subject: i === 0 ? "Android, Chrome" : "", when: new Date("2026-11-24T08:05:00Z")}, () => {})));
    const screens = {
        "home": () => home.homeView(words, {accounts, isOnline: true}),
        "empty": () => home.homeView(words, {accounts: [], isOnline: true, paste: () => false}),
        "offline": () => home.homeView(words, {accounts: [{...accounts[0], isGone: true}], isOnline: false}),
        "enrol": () => enrol.enrolView(words, {name: "Android, Chrome", server, go: async () => null, copy: null}),
        "enrol-elsewhere": () => enrol.enrolView(words, {name: "iPhone, Safari", server, go: async () => null, async copy() {}}),
        "compare": () => enrol.compareView(words, {account: accounts[0], match() {}, async differ() {}}),
        "challenge": challengeScreen, "wrong-number": challengeScreen, "no-number": challengeScreen, "report": challengeScreen,
        "approved": () => say("good", "approved"),
        "refused": () => say("calm", "refused"),
        "expired": () => say("bad", "problem.Expired"),
        "account": () => account.accountView(words, accounts[0], async () => null),
        "settings": () => settings.settingsView(words, {language: code, choose() {}, paste: () => false, notify: section("on")}),
        "notify-ask": () => message.messageView(words, {kind: "good", key: "enrolled", values: {company: "Acme Support"},
            beside: card("ask"), more: "enrolled.install", done() {}}),
        "notify-home": () => home.homeView(words, {accounts: [accounts[0]], isOnline: true, news: card("ask")}),
        "notify-denied": () => settings.settingsView(words, {language: code, choose() {}, paste: () => false, notify: section("denied")}),
        "notice": () => home.homeView(words, {accounts, isOnline: true, news: notices()}),
    };
    frame.show((screens[screen] ?? (() => say("bad", screen)))());
    if (screen === "wrong-number") {
        document.getElementById("number").value = "271828";
        document.querySelector("button.main").click();
    } else if (screen === "report") {
        document.querySelector("button.warn").click();
    }
    document.activeElement.blur?.();
}

/** @param {import("playwright-core").Page} page at the app, which waits without an account */
export async function show(page, screen, code) {
    await page.evaluate(showInPage, {screen, code});
    if (screen === "wrong-number")
        await page.getByRole("alert").waitFor();
    if (screen === "report")
        await page.getByRole("dialog").waitFor();
}
