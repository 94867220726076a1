// SPDX-License-Identifier: Apache-2.0
// The words of the operator's console: the approver's, and its own, in the browser's language.
import {createWords, pickLanguage} from "../../../approve/js/i18n.js";
import de from "./lang/de.js";
import en from "./lang/en.js";
import es from "./lang/es.js";
import fr from "./lang/fr.js";
import ja from "./lang/ja.js";

export const STRINGS = {en, de, fr, es, ja};

/** @param {string} [code] a key of STRINGS */
export function consoleWords(code = pickLanguage(navigator.languages)) {
    return createWords(code, STRINGS[code]);
}
