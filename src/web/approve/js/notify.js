// SPDX-License-Identifier: Apache-2.0
// Notifications without their screens: the browser's one subscription to Web Push, which servers know it, and what is shown of
// challenges that are no longer pending. The service worker has this module too (tools/share-modules), so it imports nothing.

const ID = /^[A-Za-z0-9_-]{16,64}$/;
/** What the worker tells an open app: look now, for the challenge or notice of this id where one is named. There is no other message. */
const LOOK = "countersign.look";
/** Where the app is opened with what a notification named. */
const PLACE = "#/request/";

/** Whether this can be a challenge's id, or a notice's. */
export function isId(id) {
    return typeof id === "string" && ID.test(id);
}

/** @param {string|null} id */
export function lookMessage(id) {
    return {kind: LOOK, id};
}

/**
 * Whether a message that the app received is the worker's. Other messages are ignored.
 * @param {{data: unknown, source: unknown}} event @param {string} worker the address of the app's worker
 */
export function isLook({data, source}, worker) {
    return source?.scriptURL === worker && data?.kind === LOOK && (data.id === null || isId(data.id));
}

/** @param {string} id @returns {string} the fragment of the app's address */
export function requestPlace(id) {
    return PLACE + id;
}

/** @param {string} fragment with its "#" @returns {string|null} the id that it names */
export function requestOf(fragment) {
    const id = fragment.startsWith(PLACE) ? fragment.slice(PLACE.length) : null;
    return isId(id) ? id : null;
}

/** The browser's subscription for this key; if the server's key has changed, it is made again. */
async function subscribe(manager, key) {
    const options = {userVisibleOnly: true, applicationServerKey: key};
    try {
        return await manager.subscribe(options);
    } catch (error) {
        if (error.name !== "InvalidStateError")
            throw error;
        await unsubscribe(manager);
        return await manager.subscribe(options);
    }
}

async function unsubscribe(manager) {
    await (await manager?.getSubscription())?.unsubscribe();
}

/**
 * Tells each account's device of the subscription, and keeps which the server took.
 * @returns {Promise<string[]>} what the server says
 */
async function tell({api, memory}, accounts, subscription) {
    const {endpoint, keys} = subscription.toJSON();
    const members = {sEndpoint: endpoint, sP256dh: keys.p256dh, sAuth: keys.auth};
    const before = await memory.read() ?? {};
    const now = {};
    const results = await Promise.all(accounts.map(async (account) => {
        const {result} = await api.subscribe(account, {...members, bAgain: before[account.id] === endpoint});
        const taken = result === "OK" ? endpoint : before[account.id];
        if (taken !== undefined)
            now[account.id] = taken;
        return result;
    }));
    if (JSON.stringify(now) !== JSON.stringify(before))
        await memory.write(now);
    return results;
}

/** @returns {Promise<string>} the state that follows from what the server says to each account's device */
async function bringAbout(at, accounts, key) {
    let results;
    try {
        results = await tell(at, accounts, await subscribe(at.manager, key));
        if (results.includes("SubscriptionGone")) {
            // The push service ended it, and the browser does not know: sent once more, it would ring no phone.
            await unsubscribe(at.manager);
            await at.memory.write({});
            results = await tell(at, accounts, await subscribe(at.manager, key));
        }
    } catch {
        return "broken";
    }
    if (results.includes("UnknownPushService"))
        return "refused";
    // That a device is gone is said where its account is.
    return results.every((result) => result === "OK" || result === "UnknownDevice") ? "on" : "unknown";
}

/**
 * Brings about what this browser, the person and the server allow, and says what that is:
 *   "idle": there is no account; "none": this server has no Web Push; "unknown": the server could not be asked; "absent": this
 *   browser has none; "off": the person switched them off here; "ask": the person was not asked yet; "denied": the browser does
 *   not allow them; "broken": its push service cannot be had; "refused": the server does not know that service; "on".
 * @param {object} at
 * @param {object} at.api
 * @param {import("./accounts.js").Account[]} at.accounts
 * @param {PushManager|null} at.manager null where this browser has none
 * @param {NotificationPermission} at.permission
 * @param {boolean} at.isOff
 * @param {{read: () => Promise<object|undefined>, write: (sent: object) => Promise<void>}} at.memory the endpoint that the server took
 *   last, by account
 * @returns {Promise<string>}
 */
export async function keepSubscribed(at) {
    const {api, accounts, manager, permission, isOff} = at;
    const live = accounts.filter((account) => !account.isGone);
    if (live.length === 0) {
        await unsubscribe(manager);
        return "idle";
    }
    const {result, sPublicKey} = await api.pushKey();
    if (result !== "OK")
        return "unknown";
    if (sPublicKey === undefined)
        return "none";
    if (manager === null)
        return "absent";
    if (isOff)
        return "off";
    if (permission !== "granted")
        return permission === "denied" ? "denied" : "ask";
    return await bringAbout(at, live, sPublicKey);
}

/** What the server knows, in the browser's store; nothing if there is none. @param {object|null} store of accounts.js */
export function toldMemory(store) {
    return {
        read: async () => await store?.setting("notifications told"),
        // If it cannot be kept, it is sent again as if it were new, which does no harm.
        write: async (told) => await store?.putSetting("notifications told", told).catch(() => {})};
}

/** Ends the subscription on both sides. A server that cannot be reached learns it from the push service. */
export async function endSubscription({api, accounts, manager, memory}) {
    await unsubscribe(manager);
    await memory.write({});
    await Promise.all(accounts.filter((account) => !account.isGone).map((account) => api.unsubscribe(account)));
}

/**
 * What the server says that waits.
 * @param {object} api
 * @param {import("./accounts.js").Account[]} accounts
 * @returns {Promise<{asked: number, isWhole: boolean, kinds: Map<string, "challenge"|"notice">}>} asked: when (milliseconds);
 *   isWhole: false where not every account could be asked for; kinds: by id
 */
export async function whatWaits(api, accounts) {
    const asked = Date.now();
    const answers = await Promise.all(accounts.filter((account) => !account.isGone).map((account) => api.pending(account)));
    const kinds = new Map();
    for (const {aChallenges, aNotices} of answers) {
        aChallenges?.forEach(({sChallengeId}) => kinds.set(sChallengeId, "challenge"));
        aNotices?.forEach(({sNoticeId}) => kinds.set(sNoticeId, "notice"));
    }
    return {asked, kinds, isWhole: answers.every(({result}) => result === "OK" || result === "UnknownDevice")};
}

/**
 * Closes what is shown of challenges that wait no more, and of notices that were seen.
 * @param {ServiceWorkerRegistration} registration
 * @param {(id: string) => boolean} isKept
 * @param {number} asked when the server was asked (milliseconds): it could not know of what was shown since
 */
export async function closeSettled(registration, isKept, asked) {
    for (const shown of await registration.getNotifications()) {
        if (!isKept(shown.tag) && !(shown.data?.at > asked))
            shown.close();
    }
}
