export const session = {
  title: "Sign in",
  lead: "The staff door of your client portal.",
  portal: "Portal address",
  portalHint: "https://portal.example.org",
  email: "Email",
  password: "Password",
  submit: "Sign in",
  submitting: "Signing in…",
  portalRequired: "Enter the address of your portal.",
  portalInvalid: "This is not a web address. It starts with https://",
  emailRequired: "Enter your email address.",
  emailInvalid: "This does not look like an email address.",
  passwordRequired: "Enter your password.",
  wrongPassword: "Email and password do not match.",
  offline: "The portal cannot be reached. Check the address and your connection; nothing was sent.",
  throttled: "Too many attempts. Wait a minute, then try again.",
  showPassword: "Show password",
  hidePassword: "Hide password",
  signOutTitle: "Sign out with unsent changes?",
  signOutBody: (n: number) =>
    n === 1
      ? "1 change has not reached the portal. If you sign out now, it is lost."
      : `${n} changes have not reached the portal. If you sign out now, they are lost.`,
  signOutKeep: "Stay signed in",
  signOutDiscard: "Discard and sign out",
};
