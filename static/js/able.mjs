// Can this browser seal? Not on plain http except on this machine, not where WebAssembly is off, and not where a form does not tell
// which of its buttons was pressed (Safari before 15.4). There the server seals, and its pages say so.
export const able = Boolean(self.crypto?.subtle && self.WebAssembly && self.Worker && self.SubmitEvent
  && 'submitter' in SubmitEvent.prototype);
