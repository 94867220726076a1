// The self-service of an account ("Your account"): what leads from one of its screens to the next. It is opened by a signature,
// and what the server gives for it is kept in memory alone: a page that is loaded anew asks again.
import {signWithAll} from "./answer.js";
import {selfStatement} from "./crypto.js";
import {fitName, NAME_BYTES_MOST} from "./enrol.js";
import {codeAt, seedOf} from "./totp.js";
import {setupView} from "./views/codes.js";
import {worded} from "./views/frame.js";
import {passwordView} from "./views/password.js";
import {recoveryView} from "./views/recovery.js";
import {selfView} from "./views/self.js";

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
 * @param {(screen, hold) => void} tools.show hold: null where the screen may give way to a challenge
 * @param {(kind: string, key: string, values: object, done: () => void) => void} tools.tell one thing to know, on a screen of its own
 * @param {() => void} tools.home
 */
export function createSelf({api, frame, words, keep, forget, show, tell, home}) {
    /** The account whose self-service is open, and its token; null: none is. */
    let open = null;
    /** What the server told last about that account. */
    let known = null;
    /** Said aloud at the next overview. */
    let news = null;

    const once = (operation, members) => api.self(open.account, operation, {...members, sSelfToken: open.token});

    /** Its time is over: asks the person, and proves once more. @returns {Promise<string>} a result */
    async function renew() {
        const t = words().t;
        if (!await frame.confirm({title: t("self.again"), text: t("self.again.text"), yes: t("self.again.yes"), isCalm: true}))
            return "ProofRequired";
        const {account} = open;
        const proof = await prove(api, account);
        if (proof.result === "OK")
            open = {account, token: proof.token};
        return proof.result;
    }

    async function call(operation, members) {
        const answer = await once(operation, members);
        if (answer.result !== "ProofRequired")
            return answer;
        const result = await renew();
        return result === "OK" ? once(operation, members) : {result};
    }

    /** To another place of the open account; to the one that is shown, anew. */
    function go(place, said = null) {
        news = said;
        const hash = placeOf(open.account, place);
        if (location.hash === hash)
            void visit(open.account, place);
        else
            location.hash = hash;
    }

    /** What the server knows now; null where it was said that this cannot be had. */
    async function look() {
        const {account} = open;
        const answer = await call("overview");
        if (answer.result !== "OK") {
            tell("bad", `problem.${worded(words(), answer.result)}`, {}, () => { location.hash = placeOf(account); });
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

    async function overview() {
        if (await look() === null)
            return;
        const {account} = open;
        show(selfView(words(), {account, known, places: (place) => placeOf(account, place), rename, remove, removeCodes, recover, close}), null);
        if (news !== null)
            frame.say(words().t(news));
        news = null;
    }

    async function rename(device) {
        const t = words().t;
        const name = await frame.prompt({
            title: t("self.rename.ask"), text: t("enrol.name.why"), value: device.sName, yes: t("self.rename.yes"), most: NAME_BYTES_MOST});
        if (name === null)
            return null;
        const fit = fitName(name);
        if (fit === "")
            return "NoName";
        const {result} = await call("rename", {sDeviceId: device.sDeviceId, sName: fit});
        if (result !== "OK")
            return result;
        if (device.bThis) {
            open.account.name = fit;
            await keep(open.account);
        }
        go("self", "self.renamed");
        return null;
    }

    async function remove(device) {
        const t = words().t;
        const {account} = open;
        const text = device.bThis ? t("account.remove.text", {company: account.company}) : t("self.remove.text", {name: device.sName});
        if (!await frame.confirm({title: t("self.remove.ask", {name: device.sName}), text, yes: t("self.remove")}))
            return null;
        const {result} = await call("remove", {sDeviceId: device.sDeviceId});
        if (result !== "OK" && !(result === "UnknownDevice" && !device.bThis))
            return result;
        if (device.bThis) {
            open = null;
            await forget(account);
            home();
        } else {
            go("self", "self.removed");
        }
        return null;
    }

    async function close() {
        const {account, token} = open;
        open = null;
        location.hash = placeOf(account);
        // Should it not arrive: the server forgets it by itself within minutes.
        await api.self(account, "end", {sSelfToken: token});
    }

    // ---- codes --------------------------------------------------------------------------------------------------------------

    async function setUpCodes(problem = null) {
        if (known === null && await look() === null)
            return;
        const begun = await call("codes/begin");
        if (begun.result !== "OK") {
            tell("bad", `problem.${worded(words(), begun.result)}`, {}, () => go("self"));
            return;
        }
        show(setupView(words(), {
            begun, back: placeOf(open.account, "self"), hasCodes: known.bCodes, problem, confirm: (code) => confirmCodes(code),
            async here() {
                const seed = await seedOf(begun.sSecret);
                const hindrance = await confirmCodes(await codeAt(seed, Date.now()), seed);
                return hindrance === "WrongCode" ? "WrongClock" : hindrance;
            },
        }), {mayLeave: true});
    }

    /** @param {string} code the first of the new seed @param {CryptoKey} [seed] where this app is to show them */
    async function confirmCodes(code, seed) {
        const {result} = await once("codes/confirm", {sCode: code});
        if (result === "ProofRequired") {
            // The seed that waited has gone with the old token.
            const renewed = await renew();
            if (renewed !== "OK")
                return renewed;
            await setUpCodes("CodesAnew");
            return null;
        }
        if (result !== "OK")
            return result;
        const {account} = open;
        account.codes = seed;
        account.codesMade = Date.now();
        await keep(account);
        if (seed === undefined) {
            go("self", "codes.ready");
        } else {
            location.hash = placeOf(account);
        }
        return null;
    }

    async function removeCodes() {
        const t = words().t;
        if (!await frame.confirm({title: t("codes.remove.ask"), text: t("codes.remove.text"), yes: t("codes.remove")}))
            return null;
        const {result} = await call("codes/remove");
        if (result !== "OK")
            return result;
        go("self", "codes.removed");
        return null;
    }

    async function recover() {
        const t = words().t;
        if (known.iRecoveryCodes > 0 &&
            !await frame.confirm({title: t("codes.recovery.ask"), text: t("codes.recovery.ask.text"), yes: t("codes.recovery.new")}))
            return null;
        const answer = await call("recovery");
        if (answer.result !== "OK")
            return answer.result;
        const {account} = open;
        show(recoveryView(words(), {
            account, codes: answer.aRecoveryCodes.map(({sCode}) => sCode), made: new Date(), print: () => window.print(),
            copy: (text) => navigator.clipboard.writeText(text), done: () => go("self")}), {});
        return null;
    }

    // ---- the password -------------------------------------------------------------------------------------------------------

    async function changePassword() {
        if (known === null && await look() === null)
            return;
        show(passwordView(words(), {
            address: open.account.address, back: placeOf(open.account, "self"), length: known.iMinimumLength, strength: known.minimumPasswordStrength,
            async change(sOldPassword, sNewPassword) {
                const answer = await call("password", {sOldPassword, sNewPassword});
                if (answer.result !== "OK")
                    return answer;
                tell("good", "self.changed", {}, () => go("self"));
                return null;
            },
        }), {mayLeave: true});
    }

    const places = {"self": overview, "codes": () => setUpCodes(), "password": changePassword};

    /**
     * Shows a place of an account.
     * @returns {boolean} false where there is no such place, or the self-service of this account is not open
     */
    function visit(account, place) {
        if (open?.account.id !== account.id || !Object.hasOwn(places, place))
            return false;
        open.account = account;
        void places[place]();
        return true;
    }

    return {
        visit,
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
