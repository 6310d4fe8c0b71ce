// User-Agent and Server (RFC 3261 sections 20.41 and 20.35): what program somebody runs, as far as it says so by the grammar.

import { LIST_LIMIT } from "../in-place.ts";
import { skipBlanks } from "../parameters.ts";
import { comment } from "./comment.ts";
import { type Grammar, single } from "./grammar.ts";
import { token } from "./words.ts";

/** A product, or what is said about it: text between parentheses, as written. */
export type ProductPart = { readonly product: string; readonly version: string | null } | { readonly comment: string };

const part: Grammar<ProductPart> = {
  read(text, from) {
    const remark = comment.read(text, from);
    if (remark !== null) return { value: { comment: remark.value }, end: remark.end };
    const product = token.read(text, from);
    if (product === null) return null;
    const slash = skipBlanks(text, product.end);
    if (text.charCodeAt(slash) !== 0x2f) return { value: { product: product.value, version: null }, end: product.end };
    const version = token.read(text, skipBlanks(text, slash + 1));
    return version && { value: { product: product.value, version: version.value }, end: version.end };
  },
  format(value) {
    if ("comment" in value) return comment.format(value.comment);
    return value.version === null ? value.product : `${value.product}/${value.version}`;
  },
};

/** At most 64 parts with blanks between them. */
const parts: Grammar<readonly ProductPart[]> = {
  read(text, from) {
    const values: ProductPart[] = [];
    let index = from;
    while (index < text.length) {
      const element = part.read(text, index);
      if (element === null || values.length === LIST_LIMIT) return null;
      values.push(element.value);
      index = skipBlanks(text, element.end);
      if (index === element.end && index < text.length) return null;
    }
    return values.length === 0 ? null : { value: values, end: index };
  },
  format: (values) => values.map((value) => part.format(value)).join(" "),
};

export const userAgent = single("user-agent", parts);
export const server = single("server", parts);
