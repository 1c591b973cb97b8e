/** A spec of docs/cookbook, with the words of `recipes.json`. */
export interface Recipe {
  /** Its files are NAME.json and NAME.jpg. */
  readonly name: string;
  readonly title: string;
  readonly sentence: string;
  /** Of the video, such as `1.5s`. */
  readonly length: string;
  /** Times of the frames that its picture shows; of each output with a picture. */
  readonly frames: readonly string[];
  /** Whether its picture shows the sound. */
  readonly sound: boolean;
  /** The spec as it is written. */
  readonly text: string;
}

export const RECIPES_FOLDER: string;
export const PAGE_FILE: string;
export function readRecipes(): Promise<Recipe[]>;
export function seconds(duration: string): number;
export function cookbookPage(recipes: readonly Recipe[]): string;
