// @ts-check
// The types of the namespace `sumint` and of the data that its functions get. The site does not contain this file: it is
// for the type checker and for readers.

/**
 * The functions that the scripts of a page share. Each is assigned by the script that defines it.
 * @typedef {object} Sumint
 * @property {Elements} elements Finds and makes elements.
 * @property {(address: string) => Promise<void>} loadScript Runs the script at an address of the site, once.
 * @property {() => ThemeName} currentTheme The theme in which the page is shown.
 * @property {(href: string, settings: Settings) => string} addressWith An address with settings in its query.
 * @property {(settings: Settings) => void} keepInAddress Stores the reader's choices in the page's address.
 * @property {(packed: PackedNumbers) => Float32Array} numbersOf The numbers of a packed array, row by row.
 * @property {ChartThemes} charts The appearance of charts.
 * @property {(text: string) => string} withMinus A text with a minus sign instead of a hyphen before numbers.
 * @property {(title: string, draw: (chart: HTMLElement) => void, clear: (chart: HTMLElement) => void) => void} expand Opens
 *   a dialog with a chart, which `draw` draws and `clear` removes when the dialog is closed.
 * @property {(name: string, views: View[]) => void} registerFigure Called by the script of a figure's data.
 * @property {(themes: Record<ThemeName, ChartTheme>) => void} registerChartThemes Called by the script of the themes.
 * @property {(name: string, make: MakeComponent<any>) => void} registerComponent Called by a component's script.
 * @property {(name: string, columns: PackedColumn[]) => void} registerTable Called by the script of a table's rows.
 * @property {(index: PackedIndex) => void} registerSearchIndex Called by the script of the search index.
 * @property {TableRows} tableRows The rows of long tables.
 * @property {SearchWords} searchWords The patterns of words.
 * @property {SearchQuery} searchQuery The terms of a query.
 * @property {SearchRanking} searchRanking The ranking of search results.
 * @property {SearchSpelling} searchSpelling The correction of misspelled words.
 * @property {SearchPassages} searchPassages What is shown of a text that was found.
 * @property {MakeSearch} searchIn Makes the search in an index.
 * @property {(words: Box, note: Size, screen: Size) => { left: number, top: number }} notePlace The place of a note on the
 *   screen, in pixels.
 * @property {AttentionWeights} attentionWeights The numbers of the attention component.
 * @property {AttentionParts} attentionParts The parts of the attention component.
 * @property {CloudPaths} cloudPaths The numbers of the clouds.
 * @property {CloudPainting} cloudPainting Draws clouds on a canvas.
 * @property {PictureValues} pictureValues What the picture of the mechanism shows of a sum.
 */

/** @typedef {"light" | "dark"} ThemeName */
/** @typedef {Record<string, string>} Settings The reader's choices by name; an empty one is left out. */
/** @typedef {Record<string, string | number | boolean>} Attributes */
/** @typedef {Node | string} Child */
/** @typedef {{ left: number, top: number, bottom: number }} Box The edges of an element on the screen. */
/** @typedef {{ width: number, height: number }} Size */

/**
 * @typedef {object} Elements
 * @property {<K extends keyof HTMLElementTagNameMap>(tag: K, attributes?: Attributes, ...children: Child[]) =>
 *   HTMLElementTagNameMap[K]} html Makes an HTML element.
 * @property {<K extends keyof SVGElementTagNameMap>(tag: K, attributes?: Attributes, ...children: Child[]) =>
 *   SVGElementTagNameMap[K]} svg Makes an SVG element.
 * @property {<E extends Element>(root: ParentNode, selector: string, type: new () => E) => E} one The first element that
 *   matches; an error if there is none of this type.
 * @property {<E extends Element>(root: ParentNode, selector: string, type: new () => E) => E[]} all All elements of this
 *   type that match.
 * @property {<T>(n: number, make: (index: number) => T) => T[]} times A list of n things.
 * @property {(message: unknown) => string} messageOf The message of something that was thrown.
 */

// Figures

/**
 * @typedef {object} View A chart, or what a component draws, for one choice in each control of its figure.
 * @property {string} slug The choices in the form for an address.
 * @property {Trace[]} [data]
 * @property {ChartLayout} [layout]
 * @property {unknown} [payload]
 */
/** @typedef {{ data: Trace[], layout: ChartLayout }} Chart */
/** @typedef {{ type: string, meta?: number | string } & Record<string, any>} Trace */
/** @typedef {{ meta?: { narrow?: Record<string, any> } } & Record<string, any>} ChartLayout */
/**
 * @typedef {object} ChartTheme
 * @property {{ data: Record<string, Record<string, any>[]>, layout: Record<string, any> }} template
 * @property {string[]} series The colours of series without a role of their own.
 * @property {Record<string, string>} roles The colours of roles, by the name that a trace has in its meta.
 */
/**
 * @typedef {object} ChartThemes
 * @property {(chart: Chart, theme: ChartTheme) => object} templateFor Plotly's template with the colours of the roles of
 *   a chart's traces.
 * @property {(layout: ChartLayout, screen: { isSmall: boolean }) => ChartLayout} layoutFor A chart's
 *   layout on a screen.
 * @property {(data: Chart["data"], layout: ChartLayout, screen: { isSmall: boolean }) => Chart["data"]} dataFor A chart's
 *   traces on a screen.
 */
/**
 * @template Payload
 * @typedef {object} ComponentDrawing
 * @property {(payload: Payload, theme: ChartTheme) => void} show Shows a payload; the same one again, if only the theme or
 *   a choice has changed.
 * @property {() => (string | number)[]} choices The reader's choices within the component, for the address.
 */
/**
 * @template Payload
 * @typedef {(chart: HTMLElement, wanted: string[]) => ComponentDrawing<Payload>} MakeComponent Makes a component in an
 *   element, with the choices that the address names.
 */

// Payloads of components. The dataclasses of the Python code that makes them describe the fields.

/**
 * @typedef {object} PackedNumbers An array as report/figures/component_files.py packs it.
 * @property {string} float32 The numbers in single precision, row by row, little-endian and in base64.
 * @property {number[]} shape The lengths of its axes.
 */
/** @typedef {{ name: string, token: string, label: string }} PositionToken */
/** @typedef {{ positions: PositionToken[], heads: { name: string, layer: number, weights: PackedNumbers }[] }} AttentionPayload */
/** @typedef {{ name: string, origin: string, route: string, magnitudes: PackedNumbers, phases: PackedNumbers }} CloudPath */
/** @typedef {{ digits: string[], sums: string[], routes: string[], paths: CloudPath[] }} CloudsPayload */
/**
 * @typedef {object} PictureSum One sum that runs through the picture of the mechanism.
 * @property {string} label
 * @property {number[]} a
 * @property {number[]} b
 * @property {string[]} predicted
 * @property {string[]} answer
 * @property {(number | null)[]} phases
 * @property {(number | null)[]} amounts
 * @property {Record<string, number>} levels By the name of the box.
 * @property {number[][]} attention By digit, to each position that it reads.
 * @property {string[]} words Of the whole, and of each step.
 */

// The search

/** @typedef {[number, string, string, string, string?, string?, string?]} PackedEntry The page's number, the kind, anchor,
 * title, text, keywords and rows. */
/**
 * @typedef {object} PackedIndex
 * @property {[string, string][]} pages The file and the title of each page.
 * @property {PackedEntry[]} entries
 * @property {Record<string, string[]>} synonyms For words of the report, what readers type instead.
 */
/**
 * @typedef {object} SearchEntry
 * @property {string} kind
 * @property {string} title
 * @property {string} text
 * @property {string} page The title of its page.
 * @property {string} address
 * @property {string[]} keywords What leads to this entry, as names.
 * @property {string[]} rows The rows of a table.
 */
/** @typedef {{ patterns: RegExp[][], isSynonym: boolean }} SearchOption Patterns that all have to match. */
/** @typedef {{ name: string, options: SearchOption[] }} SearchTerm A part of a query, one of whose options has to match. */
/**
 * @typedef {object} SearchResult
 * @property {SearchEntry} entry
 * @property {string} row The row that matches; empty if the title and the text do.
 * @property {number} score By which results are ranked.
 */
/**
 * @typedef {object} SearchWords
 * @property {(word: string, isExact?: boolean) => RegExp[]} patternOf The expressions that find a word: as a whole word, at
 *   the beginning of words, and in their middle. A name such as OV is found as it is; an exact phrase as whole words.
 * @property {(text: string) => string} nameOf A term in the form in which terms are compared.
 */
/**
 * @typedef {object} SearchQuery
 * @property {(synonyms: Record<string, string[]>, keywords: string[]) => Map<string, string[]>} vocabularyOf The terms of
 *   the field by name, each with the words of the report that it stands for.
 * @property {(query: string, vocabulary: Map<string, string[]>) => SearchTerm[]} read The terms of a query.
 */
/**
 * @typedef {object} SearchRanking
 * @property {(index: PackedIndex, root: string) => SearchEntry[]} entriesOf The entries of an index, with addresses from
 *   the page whose path to the site's folder is `root`.
 * @property {(entries: SearchEntry[], terms: SearchTerm[]) => SearchResult[]} find The entries with all terms, the best
 *   first.
 * @property {(entries: SearchEntry[], terms: SearchTerm[], count: number) => SearchResult[]} closestPages The pages on
 *   which most terms are found, at most `count`.
 */
/**
 * @typedef {object} SearchSpelling
 * @property {(texts: string[]) => Map<string, number>} countWords How often each word occurs.
 * @property {(one: string, other: string) => boolean} isOneEdit Whether two words differ by one letter, or by the order of
 *   two neighbouring letters.
 * @property {(query: string, counts: Map<string, number>) => string} corrected The query without its misspellings.
 */
/**
 * @typedef {object} SearchPassages
 * @property {(terms: SearchTerm[]) => RegExp[][]} patternsOf The patterns of all terms.
 * @property {(text: string, patterns: RegExp[][]) => string} snippetOf The part of a text around the first word found.
 * @property {(text: string, patterns: RegExp[][]) => { text: string, isMatch: boolean }[]} passagesOf A text divided at the
 *   words found.
 */
/**
 * @typedef {object} SearchAnswer
 * @property {"found" | "corrected" | "closest"} kind
 * @property {string} query The query that was searched for: without its misspellings, if it was corrected.
 * @property {SearchTerm[]} terms
 * @property {SearchResult[]} results
 */
/** @typedef {(index: PackedIndex, root?: string) => (query: string) => SearchAnswer} MakeSearch */

// Tables

/** @typedef {string | number | null} Cell */
/** @typedef {{ values: Cell[], which?: number[], written?: string[], addresses?: Record<string, string> }} PackedColumn */
/** @typedef {{ values: Cell[], written: string[], addresses?: Record<string, string> }} Column */
/** @typedef {{ column: number, falling: boolean }} SortOrder */
/** @typedef {{ choices: { column: number, value: string }[], words: string, order: SortOrder | null }} RowSelection */
/**
 * @typedef {object} TableRows
 * @property {(column: PackedColumn) => Column} unpacked A column with a value for each row.
 * @property {(columns: Column[]) => string[]} textsOf Each row as one text, for the search.
 * @property {(columns: Column[], texts: string[], selection: RowSelection) => number[]} select The indices of the selected
 *   rows, in order.
 * @property {(text: string, nColumns: number) => SortOrder | null} orderOf The order that an address names.
 * @property {(first: number, nShown: number, n: number, nAll: number) => string} placeText Which rows are shown, of how many.
 */

// Attention

/** @typedef {{ name: string, layer: number, weights: Float32Array }} HeadWeights */
/** @typedef {{ query: number, key: number }} PatternCell */
/**
 * @typedef {object} AttentionState
 * @property {HeadWeights[]} heads
 * @property {PositionToken[]} positions
 * @property {number} head The chosen head.
 * @property {number | null} pinned The pinned token.
 * @property {number} pointed The token that the pointer or the focus is on.
 * @property {number} shown The selected token: the pinned one or, without one, the pointed one.
 * @property {PatternCell | null} cell The cell of the large pattern that the pointer is on.
 */
/** @typedef {Pick<AttentionState, "heads" | "head" | "positions">} ChosenPattern */
/**
 * @typedef {object} AttentionWeights
 * @property {(payload: AttentionPayload) => HeadWeights[]} headsOf
 * @property {(stops: string[], weight: number) => string} shade The colour of a weight from 0 to 1 between the stops.
 * @property {(pattern: ChosenPattern, query: number, key: number) => number} weightOf
 * @property {(pattern: ChosenPattern, one: number, other: number) => number} between The weight from the later of two tokens
 *   to the earlier.
 * @property {(state: AttentionState) => string} inWords A sentence on where the selected token attends.
 * @property {(position: PositionToken) => boolean} isDigit
 * @property {(named: { name: string }) => string} slug A head or a position in the form for an address.
 * @property {(key: string, from: number, lineLength: number, n: number) => number | null} neighbour The token to which a key
 *   moves the focus.
 */
/**
 * @template State
 * @typedef {object} Part A part of a component: an element that shows a state.
 * @property {Element} element
 * @property {(state: State) => void} show
 */
/** @typedef {Part<AttentionState> & { point: (state: AttentionState) => void }} PointingPart */
/**
 * @typedef {object} AttentionParts
 * @property {(state: AttentionState, group: string) => Part<AttentionState>} headChooser
 * @property {(state: AttentionState) => PointingPart} largePattern
 * @property {() => Part<AttentionState> & { element: HTMLElement }} table
 * @property {(state: AttentionState, lineLength: number) => PointingPart & { tokens: HTMLButtonElement[] }} writtenSum
 * @property {(large: Element, table: HTMLElement) => HTMLButtonElement} tableSwitch
 */

// Clouds

/** @typedef {{ name: string, role: number, radii: Float32Array, angles: Float32Array, x: Float32Array, y: Float32Array }} Cloud */
/** @typedef {{ name: string, origin: string, column: number, clouds: Cloud[], largest: number }} PathClouds */
/**
 * @typedef {object} CloudPaths
 * @property {(payload: CloudsPayload) => PathClouds[]} pathsOf
 * @property {(path: PathClouds, shown: boolean[], across: number, down: number, distance: number) => number | null} nearest
 *   The nearest point of a shown digit within a distance.
 * @property {(path: PathClouds, sum: string, index: number) => string} inWords A sentence on the point of one sum.
 * @property {(name: string) => string} slug
 */
/** @typedef {{ digits: string[], grid: string, ink: string, muted: string, sans: string }} CloudColours */
/** @typedef {{ colours: CloudColours, shown: boolean[], selected: number | null }} CloudAppearance */
/**
 * @typedef {object} CloudPainting
 * @property {number} MARGIN The margin of the large diagram.
 * @property {(theme: ChartTheme) => CloudColours} coloursOf
 * @property {(canvas: HTMLCanvasElement, path: PathClouds, appearance: CloudAppearance) => void} paintSmall
 * @property {(canvas: HTMLCanvasElement, path: PathClouds, appearance: CloudAppearance) => void} paintLarge
 */

// The picture of the mechanism

/**
 * @typedef {object} PictureValues
 * @property {(total: number) => string} stateOf The state of a column whose digits have this sum.
 * @property {(sum: PictureSum, digit: number) => { text: string, isWrong: boolean }} verdictOf The predicted digit, with
 *   the right one if it is wrong.
 * @property {(value: number) => string} written A number with two places and a minus sign.
 * @property {(sum: PictureSum) => number[]} totals The sum of each column's two digits.
 * @property {(value: number) => string} turnTo The attribute that turns a pointer to a number on the dial.
 * @property {(level: number, first: number, last: number) => string} slideTo The attribute that moves the mark of a switch
 *   to a carry level, between the heights of level 0 and level 1.
 * @property {(key: string, from: number, n: number) => number | null} neighbour The part to which a key leads.
 */
