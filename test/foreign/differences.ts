export type DifferenceName = string;
