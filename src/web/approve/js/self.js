// SPDX-License-Identifier: Apache-2.0
// The self-service of an account ("Your account"): how its screens follow one another. It is opened by a signature,
// and what the server gives for it is kept in memory alone: a page that is loaded again asks again, and so does one that left it.
import {signWithAll} from "./answer.js";
import {selfStatement} from "./crypto.js";
import {fitName, NAME_BYTES_MOST} from "./enrol.js";
import {codeAt, seedOf} from "./totp.js";
import {setupView} from "./views/codes.js";
import {worded} from "./views/frame.js";
import {passwordView} from "./views/password.js";
import {recoveryView} from "./views/recovery.js";
import {selfView} from "./views/self.js";

/** How often a proof is signed again when another window of this app was faster with a change: its nonce is void then. */
const PROOF_TRIES = 3;

/** Where a place of an account is found; without a place, the account itself. */
export function placeOf(account, place = "") {
    return `#/account/${encodeURIComponent(account.id)}${place && `/${place}`}`;
}

/**
 * Whether the codes of this app are no longer the account's: another device, or the operator, set up others or removed them.
 * @param {object} answer of device/pending, with its notices
 */
export function hasOldCodes(account, answer) {
    return account.codes !== undefined && (answer.aNotices ?? []).some(({sKind, sWhen}) =>
        (sKind === "codes-added" || sKind === "codes-removed") && Date.parse(sWhen) > account.codesMade);
}

/**
 * Opens the self-service of an account.
 * @param {object} api
 * @param {import("./accounts.js").Account} account
 * @returns {Promise<{result: string, token?: string}>}
 */
export async function prove(api, account) {
    let proved;
    for (let i = 0; i < PROOF_TRIES && (i === 0 || proved.result === "StaleNonce"); i++)
        proved = await proveOnce(api, account);
    return proved;
}

async function proveOnce(api, account) {
    const begun = await api.self(account, "begin");
    if (begun.result !== "OK")
        return {result: begun.result};
    const signed = await signWithAll(account, selfStatement({
        audience: account.audience, nonce: begun.sNonce, company: begun.sCompany, account: begun.sAccount,
        device: account.id}));
    if (signed.result !== "OK")
        return {result: signed.result};
    const {result, sSelfToken} = await api.self(account, "open", {sNonce: begun.sNonce, ...signed.members});
    return {result, token: sSelfToken};
}

/**
 * @param {object} tools
 * @param {object} tools.api @param {object} tools.frame @param {() => object} tools.words
 * @param {(account) => Promise<void>} tools.keep an account that was changed
 * @param {(account) => Promise<void>} tools.forget an account that is gone from this device
 * @param {() => void} tools.begin to be called before a place of it is shown
 * @param {(screen, hold) => void} tools.show hold: null where the screen may give way to a challenge
 * @param {(kind: string, key: string, values: object, done: () => void) => void} tools.tell one thing to know, on a screen of its own
 * @param {() => void} tools.home
 */
export function createSelf({api, frame, words, keep, forget, begin, show, tell, home}) {
    /**
     * The account whose self-service is open, and its token; null: none is. Each step keeps the one that it began with: when it
     * was left meanwhile, what the server did is kept, and no screen is shown any more.
     */
    let open = null;
    /** The server's last answer about that account. */
    let known = null;
    /** Said aloud at the next overview. */
    let news = null;

    const once = ({account, token}, operation, members) => api.self(account, operation, {...members, sSelfToken: token});
    const end = (session) => void once(session, "end");

    /** Leaves it for good, here and at the server. @returns {boolean} whether it was open */
    function leave() {
        const session = open;
        if (session === null)
            return false;
        open = known = news = null;
        frame.dismiss();
        // Should it not arrive: the server forgets it by itself within minutes.
        end(session);
        return true;
    }

    /** Its time is over: asks the person, and proves once more. @returns {Promise<string>} a result */
    async function renew(session) {
        const t = words().t;
        if (open !== session ||
            !await frame.confirm({title: t("self.again"), text: t("self.again.text"), yes: t("self.again.yes"), isCalm: true}))
            return "ProofRequired";
        const {result, token} = await prove(api, session.account);
        if (result !== "OK")
            return result;
        session.token = token;
        if (open === session)
            return "OK";
        end(session);
        return "ProofRequired";
    }

    async function call(session, operation, members) {
        const answer = await once(session, operation, members);
        if (answer.result !== "ProofRequired")
            return answer;
        const result = await renew(session);
        return result === "OK" ? once(session, operation, members) : {result};
    }

    /** To another place of the open account; to the one that is shown, again; to what waits, if it was left. */
    function go(session, place, said = null) {
        if (open !== session) {
            home();
            return;
        }
        news = said;
        const hash = placeOf(session.account, place);
        if (location.hash === hash)
            void visit(session.account, place);
        else
            location.hash = hash;
    }

    /** What the server knows now; null where it was said that this cannot be had, or it was left. */
    async function look(session) {
        const {account} = session;
        const answer = await call(session, "overview");
        if (open !== session)
            return null;
        if (answer.result !== "OK") {
            tell("bad", `problem.${worded(words(), answer.result)}`, {}, () => {
                leave();
                location.hash = placeOf(account);
            });
            return null;
        }
        if (!answer.bCodes && account.codes !== undefined) {
            delete account.codes;
            await keep(account);
        }
        known = answer;
        return answer;
    }

    // ---- the overview -------------------------------------------------------------------------------------------------------

    async function overview(session) {
        if (await look(session) === null)
            return;
        const {account} = session;
        show(selfView(words(), {
            account, known, places: (place) => placeOf(account, place), rename: (device) => rename(session, device),
            remove: (device) => remove(session, device), removeCodes: () => removeCodes(session), recover: () => recover(session),
            close: () => close(session)}), null);
        if (news !== null)
            frame.say(words().t(news));
        news = null;
    }

    async function rename(session, device) {
        const t = words().t;
        const name = await frame.prompt({
            title: t("self.rename.ask"), text: t("enrol.name.why"), value: device.sName, yes: t("self.rename.yes"), most: NAME_BYTES_MOST});
        if (name === null)
            return null;
        const fit = fitName(name);
        if (fit === "")
            return "NoName";
        const {result} = await call(session, "rename", {sDeviceId: device.sDeviceId, sName: fit});
        if (result !== "OK")
            return result;
        if (device.bThis) {
            session.account.name = fit;
            await keep(session.account);
        }
        if (open === session)
            go(session, "self", "self.renamed");
        return null;
    }

    async function remove(session, device) {
        const t = words().t;
        const {account} = session;
        const text = device.bThis ? t("account.remove.text", {company: account.company}) : t("self.remove.text", {name: device.sName});
        if (!await frame.confirm({title: t("self.remove.ask", {name: device.sName}), text, yes: t("self.remove")}))
            return null;
        const {result} = await call(session, "remove", {sDeviceId: device.sDeviceId});
        if (result !== "OK" && !(result === "UnknownDevice" && !device.bThis))
            return result;
        if (device.bThis) {
            open = null;
            await forget(account);
            home();
        } else if (open === session) {
            go(session, "self", "self.removed");
        }
        return null;
    }

    function close({account}) {
        leave();
        location.hash = placeOf(account);
    }

    // ---- codes --------------------------------------------------------------------------------------------------------------

    async function setUpCodes(session, problem = null) {
        if (known === null && await look(session) === null)
            return;
        const begun = await call(session, "codes/begin");
        if (open !== session)
            return;
        if (begun.result !== "OK") {
            tell("bad", `problem.${worded(words(), begun.result)}`, {}, () => go(session, "self"));
            return;
        }
        show(setupView(words(), {
            begun, back: placeOf(session.account, "self"), hasCodes: known.bCodes, problem,
            confirm: (code) => confirmCodes(session, code),
            async here() {
                const seed = await seedOf(begun.sSecret);
                const hindrance = await confirmCodes(session, await codeAt(seed, Date.now()), seed);
                return hindrance === "WrongCode" ? "WrongClock" : hindrance;
            },
        }), {mayLeave: true});
    }

    /** @param {string} code the first of the new seed @param {CryptoKey} [seed] where this app is to show them */
    async function confirmCodes(session, code, seed) {
        const {result} = await once(session, "codes/confirm", {sCode: code});
        if (result === "ProofRequired") {
            // The seed that waited has gone with the old token.
            const renewed = await renew(session);
            if (renewed !== "OK")
                return renewed;
            await setUpCodes(session, "CodesAnew");
            return null;
        }
        if (result !== "OK")
            return result;
        const {account} = session;
        account.codes = seed;
        account.codesMade = Date.now();
        await keep(account);
        if (open !== session)
            return null;
        if (seed === undefined)
            go(session, "self", "codes.ready");
        else
            location.hash = placeOf(account);
        return null;
    }

    async function removeCodes(session) {
        const t = words().t;
        if (!await frame.confirm({title: t("codes.remove.ask"), text: t("codes.remove.text"), yes: t("codes.remove")}))
            return null;
        const {result} = await call(session, "codes/remove");
        if (result !== "OK")
            return result;
        if (open === session)
            go(session, "self", "codes.removed");
        return null;
    }

    async function recover(session) {
        const t = words().t;
        if (known.iRecoveryCodes > 0 &&
            !await frame.confirm({title: t("codes.recovery.ask"), text: t("codes.recovery.ask.text"), yes: t("codes.recovery.new")}))
            return null;
        const answer = await call(session, "recovery");
        if (answer.result !== "OK")
            return answer.result;
        const {account} = session;
        // Even if the person has gone elsewhere: they are shown only once, and the former ones are void.
        show(recoveryView(words(), {
            account, codes: answer.aRecoveryCodes.map(({sCode}) => sCode), made: new Date(), print: () => window.print(),
            copy: (text) => navigator.clipboard.writeText(text), done: () => go(session, "self")}), {});
        return null;
    }

    // ---- the password -------------------------------------------------------------------------------------------------------

    async function changePassword(session) {
        if (known === null && await look(session) === null)
            return;
        show(passwordView(words(), {
            address: session.account.address, back: placeOf(session.account, "self"), length: known.iMinimumLength, strength: known.minimumPasswordStrength,
            async change(sOldPassword, sNewPassword) {
                const answer = await call(session, "password", {sOldPassword, sNewPassword});
                if (answer.result !== "OK")
                    return answer;
                if (open === session)
                    tell("good", "self.changed", {}, () => go(session, "self"));
                return null;
            },
        }), {mayLeave: true});
    }

    const places = {"self": overview, "codes": (session) => setUpCodes(session), "password": changePassword};

    /**
     * Shows a place of an account.
     * @returns {boolean} false where there is no such place, or the self-service of this account is not open
     */
    function visit(account, place) {
        if (open?.account.id !== account.id || !Object.hasOwn(places, place))
            return false;
        open.account = account;
        begin();
        void places[place](open);
        return true;
    }

    return {
        visit,
        leave,
        /** Opens the self-service and goes there. @returns {Promise<string|null>} the result that hindered it, or null */
        async enter(account) {
            if (open?.account.id !== account.id) {
                const {result, token} = await prove(api, account);
                if (result !== "OK")
                    return result;
                open = {account, token};
                known = null;
            }
            location.hash = placeOf(account, "self");
            return null;
        },
    };
}
