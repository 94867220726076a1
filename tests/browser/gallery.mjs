// SPDX-License-Identifier: Apache-2.0
// Every screen of the app with people and companies that do not exist, for the tests of their looks and for the pictures in
// docs/images. The screens are the app's own, shown by the app's own frame.
import {readFile} from "node:fs/promises";

/** What libqrencode makes of the seed that the gallery shows. */
const QR = (await readFile(new URL("example.qr", import.meta.url), "utf8")).trim().replaceAll("\n", " ");

/** Screens that differ from each other; the other messages differ only in their words. */
export const SCREENS = ["home", "empty", "scan", "offline", "gone", "enrol", "enrol-elsewhere", "passkey-required",
    "passkey-none", "passkey-offered", "compare", "challenge", "known-place", "two-digits", "wrong-number", "no-number", "report", "approved", "approved-notice",
    "refused", "expired", "account", "account-codes", "self", "self-bare", "rename", "codes", "recovery", "password", "password-refused", "settings",
    "notify-ask", "notify-home", "notify-denied", "notice"];

/**
 * Shows one screen. Runs in the page.
 * @param {{screen: string, code: string, qr: string}} wanted screen: of SCREENS, or the key of a message
 */
async function showInPage({screen, code, qr}) {
    const load = (name) => import(new URL(`js/${name}.js`, location.origin + "/approve/").href);
    const [{createWords}, {createFrame}, {seedOf}, home, enrol, challenge, message, account, settings, self, codes, recovery, password,
        notify, notice, scan, {createInstall}] = await Promise.all(["i18n", "views/frame", "totp", ...["home", "enrol", "challenge", "message", "account", "settings",
        "self", "codes", "recovery", "password", "notify", "notice", "scan"].map((name) => `views/${name}`), "install"].map(load));
    const words = createWords(code);
    const frame = createFrame(document.body, () => words);
    const install = createInstall(() => words);
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
        iSecondsRemaining: 46, iNumberDigits: screen === "two-digits" ? 2 : 6,
        sPlace: screen === "challenge" ? undefined : screen === "known-place" ? "known" : "new",
        sPlaceSeen: new Date(now - 24 * 3_600_000).toISOString()};
    const ways = {paste: () => false, scan() {}};
    const challengeScreen = () => challenge.challengeView(words, {
        challenge: asked, hasMore: false, say: frame.say, over() {}, decide: async () => ({result: "WrongNumber", tries: 2}),
        confirmReport: () => frame.confirm({
            title: words.t("report.ask"), text: words.t("report.text"), yes: words.t("report.yes")})});
    const invitation = {company: "Acme Support", account: "ann.archer@acme.example", passkey: "off", isPossible: true};
    const ago = (hours) => new Date(now - hours * 3_600_000).toISOString();
    const known = {
        aDevices: [
            {sDeviceId: "1", sName: "Ann's phone", sState: "active", sFingerprint: accounts[0].fingerprint, sEnrolled: "2026-11-03T09:12:00Z",
                sSeen: ago(0.02), bThis: true, bPasskey: true, bNotifications: true},
            {sDeviceId: "2", sName: "Workshop tablet, Firefox", sState: "disabled", sFingerprint: "c02a 55d1 07be 9a4c 6f38",
                sEnrolled: "2026-05-20T09:12:00Z", sSeen: ago(70), bThis: false, bPasskey: false, bNotifications: false}],
        aSignIns: [["OK", "push"], ["TwoFactorRejected", "push"], ["InvalidPassword", ""], ["OK", "totp"], ["OK", "recovery"]].map(
            ([sResult, sMethod], i) => ({sWhen: `2026-11-${20 - i}T09:1${i}:00Z`, sResult, sMethod, sConsole: "Technician Console 7.2",
                sSource: "203.0.113.24", iTimes: sResult === "InvalidPassword" ? 412 : 1, sFirst: "2026-11-02T17:40:00Z"})),
        bCodes: true, iRecoveryCodes: 7, iPasswordExpiresIn: 30, iPasswordNotice: -1, minimumPasswordStrength: 2, iMinimumLength: 8};
    const steps = {places: () => "#/", rename: async () => null, remove: async () => null, removeCodes: async () => null,
        recover: async () => null, close() {}};
    const begun = {sSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", sUri: "otpauth://totp/Acme", sQrCode: qr};
    const seed = await seedOf(begun.sSecret);
    const passwordScreen = () => password.passwordView(words, {
        address: accounts[0].address, back: "#/", length: 8, strength: 2,
        change: async () => ({result: "PasswordRefused", sRule: "strength"})});
    const enrolScreen = (passkey, isPossible = true) => enrol.enrolView(words, {
        name: "Android, Chrome", server, invitation: {...invitation, passkey, isPossible}, go: async () => null, copy: null});
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
        {id: "n", kind, subject: i === 0 ? "Android, Chrome" : "", when: new Date("2026-11-24T08:05:00Z"), times: i === 0 ? 1 : 12,
            first: new Date("2026-11-20T10:15:00Z")}, {dismiss() {}, enter: async () => null})));
    const screens = {
        "home": () => home.homeView(words, {accounts, isOnline: true}),
        "empty": () => home.homeView(words, {accounts: [], isOnline: true, ways}),
        "scan": () => scan.scanView(words, {async start() {}, stop() {}}),
        "offline": () => home.homeView(words, {accounts: [accounts[0], {...accounts[1], isGone: true}], isOnline: false}),
        "gone": () => home.homeView(words, {accounts: [{...accounts[0], isGone: true}], isOnline: true}),
        "enrol": () => enrolScreen("off"),
        "passkey-required": () => enrolScreen("required"), "passkey-none": () => enrolScreen("required", false),
        "passkey-offered": () => enrolScreen("offered"),
        "enrol-elsewhere": () => enrol.enrolView(words, {
            name: "iPhone, Safari", server, invitation, go: async () => null, async copy() {}}),
        "compare": () => enrol.compareView(words, {account: accounts[0], match() {}, async differ() {}}),
        "challenge": challengeScreen, "known-place": challengeScreen, "two-digits": challengeScreen, "wrong-number": challengeScreen, "no-number": challengeScreen, "report": challengeScreen,
        "approved": () => say("good", "approved"),
        "approved-notice": () => message.approvedView(words, {notice: 5, done() {}}),
        "refused": () => say("calm", "refused"),
        "expired": () => say("bad", "problem.Expired"),
        "account": () => account.accountView(words, accounts[0], steps),
        "account-codes": () => account.accountView(words, {...accounts[0], codes: seed, passkey: "p"}, steps),
        "self": () => self.selfView(words, {account: accounts[0], known, ...steps}),
        "self-bare": () => self.selfView(words, {account: accounts[1], ...steps,
            known: {...known, aDevices: known.aDevices.slice(0, 1), aSignIns: [], bCodes: false, iRecoveryCodes: 0, iPasswordExpiresIn: -1, iPasswordNotice: -1}}),
        "rename": () => self.selfView(words, {account: accounts[0], known, ...steps,
            rename: () => frame.prompt({title: words.t("self.rename.ask"), text: words.t("enrol.name.why"), value: "Ann's phone",
                yes: words.t("self.rename.yes"), most: 64})}),
        "codes": () => codes.setupView(words, {begun, back: "#/", hasCodes: true, problem: null, confirm: async () => null, here: async () => null}),
        "recovery": () => recovery.recoveryView(words, {
            account: accounts[0], made: new Date("2026-11-26T09:00:00Z"), print() {}, async copy() {}, done() {},
            codes: ["5YKQ-R2DW-JH4X-7TNB", "M3PA-VZ6C-QE2L-KGUS", "D7HF-XW4R-NT5Y-JB3O", "U2IQ-6LKM-ZA7P-CVEH", "RSX4-GD3T-FYN5-WQ2J",
                "K6BO-7MUI-LHZ3-PACV", "E4TR-QX2S-DYGW-N5FJ", "VB3K-OI6H-U7ML-ZP4A", "C5QE-J2TX-RWSD-6GYN", "F7LZ-M4PU-BKHO-3IVA"]}),
        "password": passwordScreen, "password-refused": passwordScreen,
        "settings": () => settings.settingsView(words, {language: code, choose() {}, ways, notify: section("on"), install: install.node()}),
        "notify-ask": () => message.messageView(words, {kind: "good", key: "enrolled", values: {company: "Acme Support"},
            beside: [card("ask"), install.node()], done() {}}),
        "notify-home": () => home.homeView(words, {accounts: [accounts[0]], isOnline: true, news: card("ask")}),
        "notify-denied": () => settings.settingsView(words, {language: code, choose() {}, ways, notify: section("denied"), install: install.node()}),
        "notice": () => home.homeView(words, {accounts, isOnline: true, news: notices()}),
    };
    frame.show((screens[screen] ?? (() => say("bad", screen)))());
    if (screen === "wrong-number") {
        document.getElementById("number").value = "271828";
        document.querySelector("button.main").click();
    } else if (screen === "report") {
        document.querySelector("button.warn").click();
    } else if (screen === "rename") {
        document.querySelector(".cards button").click();
    } else if (screen === "password-refused") {
        document.getElementById("old").value = document.getElementById("new").value = "a password";
        document.querySelector("button.main").click();
    }
    document.activeElement.blur?.();
}

/** @param {import("playwright-core").Page} page at the app, which waits without an account */
export async function show(page, screen, code) {
    await page.evaluate(showInPage, {screen, code, qr: QR});
    if (screen === "wrong-number" || screen === "password-refused")
        await page.getByRole("alert").waitFor();
    if (screen === "report" || screen === "rename")
        await page.getByRole("dialog").waitFor();
}
