// SPDX-License-Identifier: Apache-2.0
// The words of these pages: the approver's, and some of their own, in the browser's language.
import {createWords, pickLanguage} from "../../approve/js/i18n.js";
import de from "./lang/de.js";
import en from "./lang/en.js";
import es from "./lang/es.js";
import fr from "./lang/fr.js";
import ja from "./lang/ja.js";

export const STRINGS = {en, de, fr, es, ja};

/** @param {string} [code] a key of STRINGS */
export function pageWords(code = pickLanguage(navigator.languages)) {
    return createWords(code, STRINGS[code]);
}

/** Results that are one and the same to the person. */
const ALIKE = {
    NoSuchUser: "InvalidPassword", CompanyIsNotActive: "Company", CompanyBanned: "Company", EnterpriseDisabled: "Company",
    RequiredEnterprise: "Company", UserIsNotTechnician: "Role", UserNotActiveForThisRole: "Role", OnlySSOLoginAllowed: "Sso",
    OnlySaml2LoginAllowed: "Sso"};

/** The key of a result's words, behind "problem."; the server's trouble for what has none. */
export function problemOf(words, result) {
    const key = ALIKE[result] ?? result;
    return words.has(`problem.${key}.title`) ? key : "UnknownError";
}
