// The service worker's half of notifications. A push names a challenge by its opaque id alone, and so does what is shown: who asks,
// and what for, is seen in the app, from the server. Nothing is answered from here, and no message of a page is listened to.
//
// Each push shows a notification, whatever it carries: that is what browsers make of userVisibleOnly, some by ending the
// subscription of a worker that stays silent three times. One that makes no sense shows a sentence that is always true.
"use strict";

(() => {
    const {openAccounts, createApi, keepSubscribed, closeSettled, isId, lookMessage, requestPlace, words} = self.SHARED;
    const scope = self.registration.scope;
    const api = createApi(new URL("../api/", scope).href);

    /** The tag of what makes no sense: it takes its own place, so there is never more than one. */
    const OTHER = "other";

    /** @param {PushMessageData|null} data @returns {string|null} the challenge's id; null for anything else */
    function idOf(data) {
        try {
            const {id} = data.json();
            return isId(id) ? id : null;
        } catch {
            return null;
        }
    }

    /** The language that was chosen in the app, else the device's. */
    async function language() {
        const chosen = await openAccounts().then((store) => store.setting("language")).catch(() => undefined);
        return [chosen || [], navigator.languages].flat().map((tag) => tag.toLowerCase().split("-")[0])
            .find((code) => Object.hasOwn(words, code)) ?? "en";
    }

    async function windows() {
        const all = await self.clients.matchAll({type: "window", includeUncontrolled: true});
        return all.filter((client) => client.url.startsWith(scope));
    }

    async function show(id) {
        const code = await language();
        const open = await windows();
        const kind = id === null ? "notify.push.other" : "notify.push";
        await self.registration.showNotification(words[code][`${kind}.title`], {
            body: words[code][`${kind}.text`], lang: code, tag: id ?? OTHER, data: {at: Date.now()},
            icon: new URL("icon-192.png", scope).href, badge: new URL("badge.png", scope).href,
            // Whoever looks at the app sees the challenge itself. The same challenge twice does not ring twice; and as it is over in a
            // minute or a few, nothing stays on the screen until it is taken away.
            silent: open.some((client) => client.focused), renotify: false, requireInteraction: false});
        open.filter((client) => client.visibilityState === "visible").forEach((client) => client.postMessage(lookMessage(null)));
    }

    /** Closes what was settled or ran out meanwhile. Where not every account could be asked for, nothing is closed. */
    async function tidy(id) {
        const shown = await self.registration.getNotifications();
        if (shown.length < 2)
            return;
        const asked = Date.now();
        const accounts = (await (await openAccounts()).list()).filter((account) => !account.isGone);
        const answers = await Promise.all(accounts.map((account) => api.pending(account)));
        if (!answers.every(({result}) => result === "OK" || result === "UnknownDevice"))
            return;
        const waiting = new Set(answers.flatMap(({aChallenges}) => aChallenges ?? []).map(({sChallengeId}) => sChallengeId));
        await closeSettled(self.registration, (tag) => tag === (id ?? OTHER) || waiting.has(tag), asked);
    }

    async function pushed(data) {
        const id = idOf(data);
        await show(id);
        await tidy(id);
    }

    /** To the app: a window of it that is open, or a new one. It asks the server what became of the challenge. */
    async function clicked(notification) {
        notification.close();
        const id = isId(notification.tag) ? notification.tag : null;
        const open = await windows();
        const app = open.find((client) => client.focused) ?? open.find((client) => client.visibilityState === "visible") ?? open[0];
        if (app === undefined) {
            await self.clients.openWindow(id === null ? scope : scope + requestPlace(id));
            return;
        }
        app.postMessage(lookMessage(id));
        await app.focus();
    }

    /** The browser changed or lost the subscription by itself. */
    async function renew() {
        const store = await openAccounts();
        await keepSubscribed({
            api, accounts: await store.list(), manager: self.registration.pushManager, permission: Notification.permission,
            isOff: await store.setting("notifications") === "off"});
    }

    self.addEventListener("push", (event) => event.waitUntil(pushed(event.data)));
    self.addEventListener("notificationclick", (event) => event.waitUntil(clicked(event.notification)));
    self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew()));
})();
