// SPDX-License-Identifier: Apache-2.0
// The app: which screen is shown, and what leads from one to the next. Enter at start().
import {openAccounts} from "./accounts.js";
import {answerChallenge, isForAccount} from "./answer.js";
import {createApi, PASSING} from "./api.js";
import {createBell} from "./bell.js";
import {createInstall} from "./install.js";
import {signChange} from "./crypto.js";
import {ticketOf} from "./enrol.js";
import {createWords, LANGUAGES, pickLanguage} from "./i18n.js";
import {createJoining} from "./joining.js";
import {isLook, requestOf} from "./notify.js";
import {dropPasskey, PASSKEY_REFUSALS} from "./passkey.js";
import {createSelf, hasOldCodes, placeOf} from "./self.js";
import {createAbsence} from "./time.js";
import {accountView} from "./views/account.js";
import {challengeView} from "./views/challenge.js";
import {createFrame} from "./views/frame.js";
import {homeView} from "./views/home.js";
import {approvedView, messageView} from "./views/message.js";
import {settingsView} from "./views/settings.js";
import {createWatch} from "./watch.js";

/** How long a good answer is shown before the app waits again by itself. */
const GLANCE = 8_000;
/** How long the app may be out of view before the self-service is left: enough for a look at another app, an authenticator's. */
const ABSENCE = 120_000;
/** Results after which the same challenge can still be answered. */
const HINDRANCES = [...PASSING, "BadRequest", "NumberRequired", "BadSignature", "BadPasskey", "PasskeyRequired",
    ...PASSKEY_REFUSALS];
const ENDINGS = {"approve": "approved", "reject": "refused", "not-me": "reported"};
/** Results that say what became of a challenge; of several accounts' the first that is among them counts. */
const SETTLED = ["Expired", "Withdrawn", "AlreadyAnswered", "UnknownChallenge"];

const isSeen = () => document.visibilityState === "visible";
const here = new URL("./", location.href);
/** The server's public address, as statements contain it. */
const audience = new URL("../", here).href.replace(/\/$/, "");

async function createApp() {
    const api = createApi(new URL("../api/", here).href, {sign: signChange});
    let words = createWords(pickLanguage(navigator.languages));
    const frame = createFrame(document.body, () => words);
    let store = null;
    let accounts = [];
    let language = "";
    let isOnline = true;
    /** What is on the screen: null while it may give way to a challenge; mayLeave: to another place only. */
    let held = null;
    /** Whether the screen is one of the self-service's, or about to be. */
    let isAtSelf = false;
    /** The challenge on the screen: {account, challenge, view}. */
    let open = null;
    /** What waits, by account: id to challenges. */
    const waiting = new Map();
    /** Challenges that cannot be answered and were said to be so. */
    const dismissed = new Set();

    const bell = createBell({
        api, words: () => words, accounts: () => accounts, isShown: (id) => open?.challenge.sChallengeId === id,
        enter: (account) => selfService.enter(account)});

    const watch = createWatch({
        accounts: () => accounts.filter((account) => !account.isGone),
        ask: async (account) => ({asked: Date.now(), ...await api.pending(account)}),
        answered, isSeen});

    const selfService = createSelf({
        api, frame, words: () => words, keep: (account) => store.put(account), forget, home: () => home(),
        begin() {
            isAtSelf = true;
        },
        show(screen, hold) {
            show(screen, hold);
            isAtSelf = true;
        },
        tell: (kind, key, values, done) => message(kind, key, values, () => {
            held = null;
            done();
        })});

    const joining = createJoining({
        api, here, audience, words: () => words, store: () => store, show, message, isHeld: (hold) => held === hold,
        added: reload, forget, news: () => [bell.ask(), install.node()], ready: () => wakeHome()});
    const install = createInstall(() => words);

    // ---- screens ------------------------------------------------------------------------------------------------------------

    function show(screen, hold = null) {
        held = hold;
        open = null;
        isAtSelf = false;
        frame.show(screen);
    }

    function message(kind, key, values, done = home, label = "done") {
        const hold = {};
        show(messageView(words, {kind, key, values, done, label}), hold);
        if (kind === "good")
            setTimeout(() => held === hold && done(), GLANCE);
    }

    function home() {
        if (location.hash !== "" && location.hash !== "#/")
            history.replaceState(null, "", here);
        show(homeView(words, {accounts, isOnline, ways: joining.ways(), news: bell.home()}));
        offer();
    }

    function settings() {
        show(settingsView(words, {language, ways: joining.ways(), notify: bell.settings(), install: install.node(), async choose(code) {
            language = code;
            words = createWords(code || pickLanguage(navigator.languages));
            await store?.putSetting("language", code);
            settings();
            document.getElementById("language").focus();
        }}));
    }

    function showAccount(account) {
        // It may be another place's address, of a self-service that is not open any more.
        history.replaceState(null, "", placeOf(account));
        show(accountView(words, account, {enter: () => selfService.enter(account), remove: () => removeAccount(account)}));
    }

    async function removeAccount(account) {
        const key = account.isGone ? "account.forget" : "account.remove";
        if (!await frame.confirm({
            title: words.t(`${key}.ask`), text: words.t(`${key}.text`, {company: account.company}), yes: words.t(key)}))
            return null;
        const answer = account.isGone ? {result: "OK"} : await api.remove(account);
        if (answer.result !== "OK" && answer.result !== "UnknownDevice")
            return answer.result;
        await forget(account);
        home();
        return null;
    }

    async function forget(account) {
        await store.remove(account.id);
        if (account.passkey !== undefined)
            await dropPasskey(account.passkey);
        waiting.delete(account.id);
        await reload();
    }

    /** To be called when an account was added or removed. */
    async function reload() {
        accounts = await store.list();
        void bell.sync();
    }

    function wakeHome() {
        home();
        void watch.wake();
    }

    // ---- challenges ---------------------------------------------------------------------------------------------------------

    async function answered(account, answer) {
        const wasOnline = isOnline;
        isOnline = answer.result !== "Offline" && answer.result !== "UnknownError";
        if (answer.result === "UnknownDevice") {
            account.isGone = true;
            await store.put(account);
            waiting.delete(account.id);
            if (open?.account.id === account.id && !open.view.isBusy())
                end(open.challenge, answer.result);
        } else if (answer.result === "OK") {
            waiting.set(account.id, answer.aChallenges ?? []);
            if (hasOldCodes(account, answer)) {
                delete account.codes;
                await store.put(account);
            }
            await refreshOpen(account);
        }
        if (held === null && location.hash.length < 3 && (isOnline !== wasOnline || account.isGone))
            home();
        offer();
        bell.heard(account, answer, answer.asked);
    }

    /** The challenge on the screen lives on, or it is said what became of it. */
    async function refreshOpen(account) {
        if (open === null || open.account.id !== account.id || open.view.isBusy())
            return;
        const now = waiting.get(account.id).find((other) => other.sChallengeId === open.challenge.sChallengeId);
        if (now !== undefined)
            open.view.refresh(now);
        else
            await explain();
    }

    /** Why the challenge on the screen cannot be answered any more. */
    async function explain() {
        const {account, challenge} = open;
        const answer = await api.fetch(account, challenge.sChallengeId);
        if (open?.challenge !== challenge || open.view.isBusy())
            return;
        if (answer.result === "OK")
            open.view.refresh(answer.aChallenges[0]);
        else if (answer.result === "Offline" || answer.result === "UnknownError")
            message("bad", "problem.Expired");
        else
            end(challenge, answer.result);
    }

    /** Shows what waits, if what is on the screen may give way. */
    function offer() {
        if (held !== null)
            return;
        const all = accounts.flatMap((account) => (waiting.get(account.id) ?? []).map((challenge) => ({account, challenge})))
            .filter(({challenge}) => !dismissed.has(challenge.sChallengeId));
        if (all.length === 0)
            return;
        const {account, challenge} = all[0];
        if (isForAccount(account, challenge)) {
            showChallenge(account, Object.freeze(challenge), all.some((other) => other.challenge.sChallengeId !== challenge.sChallengeId));
        } else {
            dismissed.add(challenge.sChallengeId);
            message("bad", "problem.Foreign");
        }
    }

    /** Leads to the challenge or the notice that a notification named, or says what became of it. @param {string|null} id */
    async function lead(id) {
        const live = id === null ? [] : accounts.filter((account) => !account.isGone);
        const results = (await Promise.all(live.map((account) => api.fetch(account, id)))).map(({result}) => result);
        const end = results.includes("OK") ? undefined : SETTLED.find((result) => results.includes(result));
        // A notice is not a challenge; whether it is one of this device's is known after a look.
        if (end === undefined || end === "UnknownChallenge" || held !== null)
            await watch.wake();
        if (end === undefined || held !== null)
            return;
        if (end === "UnknownChallenge" && bell.hasNotices())
            home();
        else
            message("bad", `problem.${end}`, {}, wakeHome);
    }

    function showChallenge(account, challenge, hasMore) {
        const view = challengeView(words, {
            challenge, hasMore, say: frame.say, over: () => void explain(),
            confirmReport: () => frame.confirm({
                title: words.t("report.ask"), text: words.t("report.text"), yes: words.t("report.yes")}),
            decide: (decision, number) => decide(account, challenge, decision, number)});
        show(view, {});
        open = {account, challenge, view};
        // A page that a notification opened was not touched yet, and may not.
        if (navigator.userActivation?.hasBeenActive !== false)
            navigator.vibrate?.(40);
    }

    async function decide(account, challenge, decision, number) {
        const answer = await answerChallenge(api, account, challenge, decision, number);
        if (HINDRANCES.includes(answer.result))
            return {result: answer.result};
        if (answer.result === "WrongNumber" && answer.iTriesRemaining > 0)
            return {result: "WrongNumber", tries: answer.iTriesRemaining};
        end(challenge, answer.result, decision, challenge.sPurpose === "sign-in" ? answer.iPasswordNotice : -1);
        return null;
    }

    /** @param {number} [notice] days until the password expires, where the person is to be warned of them; else -1 */
    function end(challenge, result, decision, notice = -1) {
        // The same person may have this device enrolled twice.
        for (const [id, all] of waiting)
            waiting.set(id, all.filter((other) => other.sChallengeId !== challenge.sChallengeId));
        if (result === "OK" && decision === "approve" && notice >= 0)
            show(approvedView(words, {notice, done: wakeHome}), {}); // it stays until it was read
        else if (result === "OK")
            message(decision === "approve" ? "good" : "calm", ENDINGS[decision], {company: challenge.sCompany}, wakeHome);
        else if (result === "WrongNumber")
            message("bad", "problem.SpentTries", {}, wakeHome);
        else
            message("bad", `problem.${words.has(`problem.${result}.title`) ? result : "UnknownError"}`, {}, wakeHome);
    }

    // ---- ways in ------------------------------------------------------------------------------------------------------------

    function route() {
        const ticket = ticketOf(location.hash);
        const [, id, place] = /^#\/account\/([^/]*)(?:\/(.*))?$/.exec(location.hash) ?? [];
        const account = accounts.find((one) => encodeURIComponent(one.id) === id);
        if (ticket !== null)
            void joining.start(ticket);
        else if ((held === null || held.mayLeave) && !(account !== undefined && selfService.visit(account, place)))
            routeOut(account);
    }

    /** To a place outside the self-service, which the person has left. */
    function routeOut(account) {
        if (isAtSelf)
            selfService.leave();
        if (location.hash === "#/settings")
            settings();
        else if (account === undefined)
            home();
        else
            showAccount(account);
    }

    function absent() {
        const wasThere = isAtSelf;
        if (selfService.leave() && wasThere)
            route();
    }

    /** What the address names is shown; of a challenge it is asked first what became of it. */
    function arrive() {
        const request = requestOf(location.hash);
        route();
        if (request !== null)
            void lead(request);
    }

    async function start() {
        try {
            store = await openAccounts();
            accounts = await store.list();
            language = await store.setting("language") ?? "";
        } catch {
            store = null;
        }
        if (language in LANGUAGES)
            words = createWords(language);
        window.addEventListener("hashchange", arrive);
        window.addEventListener("online", watch.seen);
        document.addEventListener("visibilitychange", watch.seen);
        document.addEventListener("visibilitychange", createAbsence({isSeen, most: ABSENCE, over: absent}));
        await bell.start(store);
        void joining.prepare().then(() => held === null && accounts.length === 0 && location.hash === "" && home());
        arrive();
        watch.seen();
    }

    return {start, lead, isIdle: () => held === null};
}

/** Keeps the app on the device; takes a newer one over when nothing is on the screen that would be lost. */
async function keepOffline(app) {
    const worker = navigator.serviceWorker;
    if (worker === undefined)
        return;
    if (worker.controller !== null) {
        worker.addEventListener("controllerchange", () => {
            if (app.isIdle())
                location.reload();
        });
    }
    const address = new URL("sw.js", here).href;
    worker.addEventListener("message", (event) => {
        if (isLook(event, address))
            void app.lead(event.data.id);
    });
    // Without it the app works as long as the server can be had.
    await worker.register("sw.js", {updateViaCache: "none"}).catch(() => {});
}

const app = await createApp();
await app.start();
await keepOffline(app);
