// One account of this device: whose, with which key, and the way to take the device off it.
import {h} from "../dom.js";
import {facts, problem, worded} from "./frame.js";

/**
 * @param {object} words
 * @param {import("../accounts.js").Account} account
 * @param {() => Promise<string|null>} remove asks and removes; the result that hindered it, or null
 * @returns {import("./frame.js").Screen}
 */
export function accountView(words, account, remove) {
    const t = words.t;
    const trouble = h("div", {});
    const button = h("button", {type: "button", class: "danger outline"}, t(account.isGone ? "account.forget" : "account.remove"));
    button.addEventListener("click", async () => {
        button.disabled = true;
        const result = await remove();
        button.disabled = false;
        trouble.replaceChildren(...(result === null ? [] : [problem(words, worded(words, result))]));
    });
    return {
        title: account.company, corner: "back",
        body: h("section", {class: "account"},
            h("h1", {}, h("bdi", {}, account.company)),
            account.isGone ? problem(words, "UnknownDevice") : null,
            facts([
                [t("fact.account"), account.address], [t("fact.device"), account.name],
                [t("fact.enrolled"), words.date(new Date(account.enrolled))], [t("fact.server"), account.audience],
                [t("fact.fingerprint"), account.fingerprint, "mono"]]),
            h("p", {class: "soft"}, t("account.fingerprint")),
            trouble,
            h("div", {class: "actions"}, button)),
    };
}
