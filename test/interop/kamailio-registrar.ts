// Kamailio as the registrar of a provider: it challenges, keeps contacts in memory, lets Demarc call its phone and calls Demarc where it is registered.
import type { Ground, Program } from "./ground.ts";
import { runKamailio } from "./kamailio.ts";

export interface RegistrarOptions {
  /** `address:port` where it listens. */
  readonly at: string;
  readonly password: string;
  /** The one phone that calls from Demarc ring at, and from which calls to Demarc come: `address:port`. */
  readonly phone: string;
  /** Seconds that it grants at most. */
  readonly grants: number;
}

export const REALM = "carrier.example";

/** Resolves once it listens. What it is told is in its output, a line for each REGISTER that it takes. */
export function startRegistrar(ground: Ground, options: RegistrarOptions): Promise<Program> {
  return runKamailio(ground, configurationText(options), [options.at]);
}

function configurationText({ at, password, phone, grants }: RegistrarOptions): string {
  const [phoneHost = ""] = phone.split(":");
  return `#!KAMAILIO
listen=udp:${at}
children=1
disable_tcp=yes
auto_aliases=no
${["tm", "corex", "sl", "rr", "pv", "maxfwd", "siputils", "textops", "xlog", "usrloc", "registrar", "auth"].map((name) => `loadmodule "${name}.so"`).join("\n")}
modparam("usrloc", "db_mode", 0)
modparam("registrar", "max_expires", ${grants})
modparam("registrar", "min_expires", 1)
modparam("auth", "nonce_count", 1)
modparam("auth", "qop", "auth")

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (has_totag()) {
    if (loose_route() || (is_method("ACK") && t_check_trans())) t_relay();
    else if (!is_method("ACK")) sl_send_reply("404", "No Route");
    exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("${REALM}", "${password}", "0")) { www_challenge("${REALM}", "1"); exit; }
    append_to_reply("Service-Route: <sip:${at};lr>\r\n");
    save("location");
    xlog("L_ERR", "TAKEN $tU cseq $cs expires $hdr(Expires)\n");
    exit;
  }
  t_check_trans();
  if ($si == "${phoneHost}") {
    if (!lookup("location")) { sl_send_reply("480", "Nobody Registered"); exit; }
  } else {
    if (!pv_proxy_authenticate("${REALM}", "${password}", "0")) { proxy_challenge("${REALM}", "1"); exit; }
    consume_credentials();
    remove_hf("Route");
    $du = "sip:${phone}";
    $ru = "sip:" + $rU + "@${phone}";
  }
  record_route();
  t_relay();
}
`;
}
