// Asterisk's pjsip.conf as sections: templates applied, comments gone, each setting with the line where it stands.

export interface PjsipSetting {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

export interface PjsipSection {
  readonly name: string;
  readonly line: number;
  /** Of a template first, then its own. */
  readonly settings: readonly PjsipSetting[];
}

interface Written {
  readonly name: string;
  readonly line: number;
  readonly isTemplate: boolean;
  readonly settings: PjsipSetting[];
}

/** A template that names others could be as long as the file, times the file. */
const SETTINGS_MOST = 1000;

/** `;` begins a comment unless a backslash stands before it; `;--` begins one that goes on to `--;`. */
function withoutComments(text: string): readonly string[] {
  let inBlock = false;
  return text.split(/\r?\n/).map((line) => {
    let kept = line;
    if (inBlock) {
      const end = kept.indexOf("--;");
      if (end < 0) return "";
      inBlock = false;
      kept = kept.slice(end + 3);
    }
    for (let at = kept.indexOf(";"); at >= 0; at = kept.indexOf(";", at + 1)) {
      if (kept[at - 1] === "\\") continue;
      const block = kept.startsWith(";--", at) && kept[at + 3] !== "-";
      const end = block ? kept.indexOf("--;", at + 3) : -1;
      if (block && end < 0) inBlock = true;
      if (!block || end < 0) return kept.slice(0, at).replaceAll("\\;", ";").trim();
      kept = `${kept.slice(0, at)} ${kept.slice(end + 3)}`;
    }
    return kept.replaceAll("\\;", ";").trim();
  });
}

/** The sections in their order, and the lines that are none and no setting. */
export function pjsipSections(text: string): {
  readonly sections: readonly PjsipSection[];
  readonly strange: readonly number[];
} {
  const sections: Written[] = [];
  const templates = new Map<string, Written>();
  const strange: number[] = [];
  for (const [index, line] of withoutComments(text).entries()) {
    if (line === "") continue;
    const header = /^\[([^\]]*)\]\s*(?:\(([^)]*)\))?$/.exec(line);
    if (header !== null) {
      const words = (header[2] ?? "").split(",").map((word) => word.trim());
      const inherited = words.flatMap((word) => templates.get(word)?.settings ?? []).slice(0, SETTINGS_MOST);
      const section = {
        name: header[1] ?? "",
        line: index + 1,
        isTemplate: words.includes("!"),
        settings: [...inherited],
      };
      sections.push(section);
      if (section.isTemplate) templates.set(section.name, section);
      continue;
    }
    const [, key, value] = /^([A-Za-z0-9_/-]+)\s*\+?=>?\s*(.*)$/.exec(line) ?? [];
    const section = sections.at(-1);
    if (key === undefined || value === undefined || section === undefined) strange.push(index + 1);
    else section.settings.push({ key: key.toLowerCase(), value: value.trim(), line: index + 1 });
  }
  return { sections: sections.filter(({ isTemplate }) => !isTemplate), strange };
}
