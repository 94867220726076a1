// SPDX-License-Identifier: Apache-2.0
// What the app does about notifications and notices: when it asks for the permission, what it says of their state, and which
// notices of the server are still to be seen. It has nodes for other screens to place, and keeps them up to date.
import {h} from "./dom.js";
import {closeSettled, endSubscription, keepSubscribed, toldMemory} from "./notify.js";
import {isForgetful} from "./platform.js";
import {noticeCard, noticesOf} from "./views/notice.js";
import {notifyCard, notifySection} from "./views/notify.js";

/** How long a server that could not be asked is left alone, in milliseconds. */
const PAUSE = 60_000;

/** Whether this browser, as the app runs in it, has Web Push at all. */
const hasWebPush = () => navigator.serviceWorker !== undefined && "PushManager" in window && "Notification" in window;

/**
 * @param {object} options
 * @param {object} options.api
 * @param {() => object} options.words
 * @param {() => import("./accounts.js").Account[]} options.accounts
 * @param {(id: string) => boolean} options.isShown whether a challenge is on the screen
 * @param {(account: object) => Promise<string|null>} options.enter opens an account's self-service
 */
export function createBell({api, words, accounts, isShown, enter}) {
    let store = null;
    let state = "idle";
    let permission = null;
    let checked = 0;
    let running = Promise.resolve();
    /** The states that the person was shown and need not see again. */
    let said = [];
    /** By account: the ids of the challenges that wait, and its notices. */
    const waiting = new Map();
    const notices = new Map();
    /** By account: the notices that the person has put away and the server still lists. Kept: the app may be closed before the server knows. */
    let dismissed = new Map();
    const telling = new Set();
    /** The node on the screen, with what draws it: a screen has one. */
    let place = null;

    const live = () => accounts().filter((account) => !account.isGone);
    const manager = async () => hasWebPush() ? (await navigator.serviceWorker.ready).pushManager : null;

    function draw() {
        if (!place?.node.isConnected)
            return;
        const hadFocus = place.node.contains(document.activeElement);
        place.node.replaceChildren(...place.build());
        // The pressed button is gone: people who do not see the screen continue from here.
        if (hadFocus)
            place.node.focus();
    }

    /** @param {() => Node[]} build what is to be seen now @param {boolean} [hasNotices] whether the notices are */
    function put(build, hasNotices = false) {
        place = {node: h("div", {class: "bell", tabindex: -1, "aria-live": "polite"}, build()), build, hasNotices};
        return place.node;
    }

    // ---- notifications ------------------------------------------------------------------------------------------------------

    async function look() {
        if (hasWebPush())
            permission = Notification.permission;
        const now = await keepSubscribed({
            api, accounts: accounts(), manager: await manager(), permission, memory: toldMemory(store),
            isOff: await store?.setting("notifications") === "off"});
        return now === "absent" && isForgetful(navigator) ? "install" : now;
    }

    /** One after the other: two at once could leave the server with the elder subscription. */
    function sync() {
        running = running.then(look).catch(() => "broken").then((now) => {
            state = now;
            checked = Date.now();
            draw();
        });
        return running;
    }

    /** Asks for the permission: only ever from a press of a button, as browsers demand, and as is right. */
    async function allow() {
        if (Notification.permission === "default")
            await Notification.requestPermission();
        await store?.putSetting("notifications", "on");
        await sync();
    }

    async function switchOff() {
        await store?.putSetting("notifications", "off");
        running = running.then(async () => endSubscription({
            api, accounts: accounts(), manager: await manager(), memory: toldMemory(store)})).catch(() => {});
        await sync();
    }

    async function keepSaid() {
        said = [...said, state];
        await store?.putSetting("notifications said", said).catch(() => {});
    }

    /** A card of one place. @param {boolean} isOnce not shown if the person has seen it already */
    function card(isOnce) {
        let wasAsked = false;
        let isPutAway = false;
        const asked = (act) => () => {
            wasAsked = true;
            return act();
        };
        const actions = {
            allow: asked(allow), again: asked(sync),
            // Kept first: what left the screen is not said again, even if the app is closed in that moment.
            async putAway() {
                await keepSaid();
                isPutAway = true;
                draw();
            }};
        return () => isPutAway || isOnce && !wasAsked && said.includes(state) ? null : notifyCard(words(), state, wasAsked, actions);
    }

    // ---- notices ------------------------------------------------------------------------------------------------------------

    function unseen() {
        return live().flatMap((account) => (notices.get(account.id) ?? []).map((notice) => ({account, notice})))
            .filter(({account, notice}) => !isDismissed(account, notice));
    }

    const isDismissed = (account, {id}) => dismissed.get(account.id)?.includes(id) ?? false;

    /** @param {string[]} ids all of this account's */
    async function keepDismissed(account, ids) {
        dismissed.set(account.id, ids);
        const all = live().map(({id}) => [id, dismissed.get(id) ?? []]).filter(([, kept]) => kept.length > 0);
        await store?.putSetting("notices dismissed", all).catch(() => {});
    }

    async function dismiss(account, notice) {
        const kept = keepDismissed(account, [...dismissed.get(account.id) ?? [], notice.id]);
        draw();
        await kept;
        await tell(account, notice.id);
    }

    /** Tells the server, once at a time: a slow answer must not make a queue, behind which what the person does would wait. */
    async function tell(account, id) {
        const what = `${account.id} ${id}`;
        if (telling.has(what))
            return;
        telling.add(what);
        await api.noticed(account, id);
        telling.delete(what);
    }

    /** @returns {boolean} whether there is anything else to see than before */
    function keepNotices(account, answer) {
        const now = noticesOf(answer);
        const before = (notices.get(account.id) ?? []).map(({id}) => id);
        notices.set(account.id, now);
        const old = now.filter((notice) => isDismissed(account, notice)).map(({id}) => id);
        old.forEach((id) => void tell(account, id));
        if (old.length < (dismissed.get(account.id)?.length ?? 0))
            void keepDismissed(account, old);
        return now.map(({id}) => id).join() !== before.join();
    }

    // ---- what the server answered -------------------------------------------------------------------------------------------

    async function tidy(asked) {
        const registration = permission === "granted" && await navigator.serviceWorker.getRegistration();
        if (!registration || !live().every(({id}) => waiting.has(id)))
            return;
        const challenges = new Set(live().flatMap(({id}) => waiting.get(id)));
        const changes = new Set(unseen().map(({notice}) => notice.id));
        const isSeen = (id) => document.hasFocus() &&
            (isShown(id) || changes.has(id) && place?.hasNotices && place.node.isConnected);
        await closeSettled(registration, (id) => (challenges.has(id) || changes.has(id)) && !isSeen(id), asked);
    }

    return {
        /** @param {object|null} accountStore of accounts.js */
        async start(accountStore) {
            store = accountStore;
            said = await store?.setting("notifications said") ?? [];
            dismissed = new Map(await store?.setting("notices dismissed") ?? []);
            void sync();
        },
        /** To be called when an account was added or removed. */
        sync,
        /** To be called with each answer of device/pending. @param {number} asked when it was asked for, in milliseconds */
        heard(account, answer, asked) {
            if (answer.result !== "OK") {
                waiting.delete(account.id);
                if (answer.result === "UnknownDevice")
                    void sync();
                return;
            }
            waiting.set(account.id, (answer.aChallenges ?? []).map(({sChallengeId}) => sChallengeId));
            if (keepNotices(account, answer))
                draw();
            const isChanged = hasWebPush() && permission !== null && Notification.permission !== permission;
            if (isChanged || state === "unknown" && Date.now() - checked > PAUSE)
                void sync();
            void tidy(asked);
        },
        /** For the screen that waits: what is new, and once why notifications would be of use or cannot be had. */
        home() {
            const notify = card(true);
            return put(() => [
                ...unseen().map(({account, notice}) => noticeCard(words(), account, notice, {
                    dismiss: () => dismiss(account, notice), enter: () => enter(account)})),
                notify()].filter(Boolean), true);
        },
        /** Whether home() has notices to show. */
        hasNotices: () => unseen().length > 0,
        /** For the end of an enrolment, where the reason is plain. */
        ask() {
            const notify = card(false);
            return put(() => [notify()].filter(Boolean));
        },
        settings: () => put(() => notifySection(words(), state, {allow, switchOff, again: sync})),
    };
}
