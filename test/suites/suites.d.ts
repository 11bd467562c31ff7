export declare const SUITES: Readonly<Record<string, readonly string[]>>;
export declare const SLOW: readonly string[];
export declare const REST: string;
