export const time = {
  moment: "1 min",
  justNow: "just now",
  minutes: (n: number) => `${n} min`,
  hours: (n: number) => `${n} h`,
  days: (n: number) => `${n} d`,
  weeks: (n: number) => `${n} w`,
  ago: (span: string) => `${span} ago`,
  over: (span: string) => `${span} over`,
  overdue: (span: string) => `${span} overdue`,
  dueIn: (span: string) => `due in ${span}`,
  noDue: "no due date",
};
