/* The only script of the page: defines the elements and starts what belongs to the whole document. */

import "./elements/account-preferences.js";
import "./elements/code-pad.js";
import "./elements/code-pattern.js";
import "./elements/code-strength.js";
import "./elements/conceal-field.js";
import "./elements/conversation-list.js";
import "./elements/copy-button.js";
import "./elements/copy-words.js";
import "./elements/emoji-names.js";
import "./elements/emoji-picker.js";
import "./elements/hold-to-show.js";
import "./elements/key-chord.js";
import "./elements/list-edge.js";
import "./elements/list-search.js";
import "./elements/live-updates.js";
import "./elements/lock-form.js";
import "./elements/message-composer.js";
import "./elements/message-list.js";
import "./elements/message-selection.js";
import "./elements/message-tools.js";
import "./elements/private-image.js";
import "./elements/resume-page.js";
import "./elements/route-view.js";
import "./elements/saved-setting.js";
import "./elements/settings-tree.js";
import "./elements/stepped-select.js";
import "./elements/stopped-notice.js";
import "./elements/suggested-words.js";
import "./elements/timed-reload.js";
import "./elements/toast-line.js";
import { AccountSwitch } from "./models/account-switch.js";
import { Actions } from "./models/actions.js";
import { Activity } from "./models/activity.js";
import { Lock } from "./models/lock.js";
import { MessageFocus } from "./models/message-focus.js";
import { NavigationHistory } from "./models/navigation-history.js";
import { Overlays } from "./models/overlays.js";
import { Panic } from "./models/panic.js";
import { PassingDays } from "./models/passing-days.js";
import { Shortcuts } from "./models/shortcuts.js";

const actions = new Actions();
actions.start();
new Overlays(actions).start();
// Escape leaves a message before it leaves the pane.
new MessageFocus().start();
new PassingDays().start();
new Shortcuts(actions).start();
new Activity().start();
new Lock(actions).start();
new Panic().start();
new AccountSwitch().start();

const navigation = new NavigationHistory(actions);
if (document.querySelector("resume-page")) {
  document.addEventListener("resumed", () => navigate(), { once: true });
} else {
  navigate();
}

/** Behind a lock lies nothing to go to; whoever opens it loads the page anew. */
function navigate() {
  if (!document.querySelector("lock-form")) navigation.start();
}

// The back/forward cache keeps pages in memory in spite of no-store. It gets an empty one.
window.addEventListener("pagehide", () => document.body.replaceChildren());
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
