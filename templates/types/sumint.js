// @ts-check
// The types of the namespace `sumint` and of the data that its functions get. The site does not contain this file: it is
// for the type checker and for readers.

/**
 * The functions that the scripts of a page share. Each is assigned by the script that defines it.
 * @typedef {object} Sumint
 * @property {Elements} elements Finds and makes elements.
 * @property {(address: string) => Promise<void>} loadScript Runs the script at an address of the site, once.
 * @property {(href: string) => void} openAddress Opens an address of the site.
 * @property {() => ThemeName} currentTheme The theme in which the page is shown.
 * @property {(href: string, settings: Settings) => string} addressWith An address with settings in its query.
 * @property {(settings: Settings) => void} keepInAddress Stores the reader's choices in the page's address.
 * @property {(packed: PackedNumbers) => Float32Array} numbersOf The numbers of a packed array, row by row.
 * @property {ChartThemes} charts The appearance of charts.
 * @property {(value: number, places: number) => string} decimals A number to some decimal places, as in the texts.
 * @property {(text: string) => string} withMinus A text with a minus sign instead of a hyphen before numbers.
 * @property {(title: string, draw: (chart: HTMLElement) => void, clear: (chart: HTMLElement) => void) => void} expand Opens
 *   a dialog with a chart, which `draw` draws and `clear` removes when the dialog is closed.
 * @property {(name: string, packed: PackedViews, numbers: FigureNumbers) => void} registerFigure Called by the script of
 *   a figure's data.
 * @property {<V extends object>(packed: [V, ...ViewChange[]]) => V[]} expandViews The views of a figure in full.
 * @property {(views: View[], numbers: FigureNumbers, component?: string) => FigureData} figureData The numbers of a figure
 *   in the form of its JSON file.
 * @property {Record<string, (payload: any) => Record<string, FigurePart>>} componentParts The numbers of a component's
 *   payload by part, by the name of the component.
 * @property {(label: string) => string} slug A label in the form for an address.
 * @property {TidyRows} tidyRows The numbers of a figure as rows.
 * @property {(view: FigureView) => NumberTable[]} numberTables The numbers of a view as tables, one for each trace.
 * @property {FigureTools} figureTools The files and tables that are made of a figure on a click.
 * @property {(themes: Record<ThemeName, ChartTheme>) => void} registerChartThemes Called by the script of the themes.
 * @property {(name: string, make: MakeComponent<any>) => void} registerComponent Called by a component's script.
 * @property {(name: string, columns: PackedColumn[], names: string[][], csv?: PackedCsv) => void} registerTable Called
 *   by the script of a table's rows, with the names of the columns of its CSV, and with what else the CSV has.
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
 * @property {NetworkRun} network The network itself.
 * @property {(figure: string) => Promise<LiveModel>} liveModel The network that the script of a figure holds.
 * @property {LiveSums} liveSums Sums on the live model.
 * @property {(name: string, option: { slug: string, label: string }, views: View[]) => void} addViews Adds an option to the
 *   first control of a figure, with its views, and chooses it.
 * @property {Attributions} attributions What each component and path adds to the logits.
 * @property {OwnViews} ownViews Views of the figures of single sums, for a sum of the reader's own.
 * @property {Interventions} interventions Interventions on the live model.
 * @property {LiveViews} liveViews What the live model shows of a sum.
 * @property {(name: string) => View[] | undefined} viewsOf The views of a figure whose script has run, on any page.
 * @property {PictureLive} pictureLive A sum of the reader's own in the picture.
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
 * @property {string[]} choices
 * @property {string} slug The choices in the form for an address.
 * @property {Trace[]} [data]
 * @property {ChartLayout} [layout]
 * @property {unknown} [payload]
 */
/** @typedef {{ set?: Record<string, any>, drop?: string[], in?: Record<string, ViewChange> }} ViewChange */
/** @typedef {[View, ...ViewChange[]]} PackedViews The first view, and what differs from it in each other. */
/**
 * @typedef {object} FigureNumbers
 * @property {string[]} controls The names of the controls.
 * @property {FigureColumns} columns
 * @property {PackedFigureViews} [views] The numbers, if the page draws other charts than these.
 */
/** @typedef {[FigureView, ...ViewChange[]]} PackedFigureViews */
/**
 * @typedef {object} FigureColumns The columns of a figure's CSV, by what of its data they hold: one name, or several for
 *   a label of several parts.
 * @property {string[][]} controls
 * @property {Record<string, Record<string, string[]>>} axes By axis and the title of the axis.
 * @property {string[]} panel
 * @property {string[]} series
 * @property {string[]} points
 * @property {string[]} text
 * @property {string[]} r
 * @property {string[]} theta
 * @property {string[]} all Every column in order.
 * @property {Record<string, Record<string, string[]>>} labels The values of labels that are other than their parts, by the
 *   columns and by the label.
 */
/** @typedef {{ type: string, name: string, panel?: string } & Record<string, any>} FigureTrace */
/** @typedef {{ axes: Record<string, string>, points?: string[], traces: FigureTrace[] }} FigurePart */
/** @typedef {FigurePart & { label: string, choices: string[], address: string }} FigureView */
/** @typedef {{ controls: string[], views: FigureView[] }} FigureData */
/**
 * @typedef {object} TidyRows
 * @property {(data: FigureData, columns: FigureColumns) => Record<string, Cell>[]} rowsOf
 * @property {(data: FigureData, columns: FigureColumns) => string} csvOf
 * @property {(columns: Column[], names: string[][], csv?: TableCsv) => string} csvOfTable The rows of a long table, in its
 *   columns.
 */
/** @typedef {{ caption: string, head: string[], rows: string[][] }} NumberTable */
/**
 * @typedef {object} FigureTools
 * @property {(room: HTMLElement, data: FigureData, slug: string) => void} showTables
 * @property {(name: string, data: FigureData, columns: FigureColumns) => void} saveCsv
 * @property {(name: string, columns: Column[], names: string[][], csv?: TableCsv) => void} saveTable
 * @property {(view: View, theme: ChartTheme) => string} plotlyJson
 * @property {(name: string, view: View, theme: ChartTheme) => void} savePlotly
 */
/** @typedef {{ data: Trace[], layout: ChartLayout }} Chart */
/** @typedef {{ type: string, meta?: number | string } & Record<string, any>} Trace */
/** @typedef {{ meta?: { narrow?: Record<string, any>, panels?: Record<string, string>, axes?: Record<string, string>, opens?: Record<string, string> } } & Record<string, any>} ChartLayout */
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
 * @typedef {object} PackedFloats An array as report/figures/component_files.py packs it.
 * @property {string} float32 The numbers in single precision, row by row, their bytes grouped by significance, in base64.
 * @property {number[]} shape The lengths of its axes.
 */
/**
 * @typedef {object} PackedSteps An array of very many numbers.
 * @property {string} uint16 The number of steps from the smallest, in the same form.
 * @property {number} least The smallest.
 * @property {number} step The length of a step.
 * @property {number[]} shape The lengths of its axes.
 */
/** @typedef {PackedFloats | PackedSteps} PackedNumbers */
/** @typedef {{ name: string, token: string, label: string }} PositionToken */
/** @typedef {{ positions: PositionToken[], heads: { name: string, layer: number, weights: PackedNumbers | Float64Array }[] }} AttentionPayload */
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
/**
 * @typedef {object} TableCsv What the CSV of a long table has other than the page.
 * @property {Column[]} [columns] Its own columns.
 * @property {number[]} [lists] The places of columns whose cells are lists; each item has a row of the CSV.
 * @property {FigureColumns["labels"]} [labels]
 */
/** @typedef {Omit<TableCsv, "columns"> & { columns?: PackedColumn[] }} PackedCsv */
/** @typedef {{ values: Cell[] | string, which?: number[] | string, written?: string, places?: number, addresses?: Record<string, string>, pattern?: string }} PackedColumn */
/** @typedef {{ values: Cell[], written: string[], addresses?: Record<string, string>, pattern?: string }} Column */
/** @typedef {{ column: number, falling: boolean }} SortOrder */
/** @typedef {{ choices: { column: number, value: string }[], words: string, order: SortOrder | null }} RowSelection */
/**
 * @typedef {object} TableRows
 * @property {(columns: Column[], column: number, row: number) => string | undefined} addressOf The address that a cell
 *   links to.
 * @property {(column: PackedColumn) => Column} unpacked A column with a value for each row.
 * @property {(columns: Column[]) => string[]} textsOf Each row as one text, for the search.
 * @property {(columns: Column[], texts: string[], selection: RowSelection) => number[]} select The indices of the selected
 *   rows, in order.
 * @property {(text: string, nColumns: number) => SortOrder | null} orderOf The order that an address names.
 * @property {(first: number, nShown: number, n: number, nAll: number) => string} placeText Which rows are shown, of how many.
 */

// Attention

/** @typedef {{ name: string, layer: number, weights: Float32Array | Float64Array }} HeadWeights */
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
 * @property {(state: AttentionState) => string} asText A sentence on where the selected token attends.
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
 * @property {(path: PathClouds, sum: string, index: number) => string} asText A sentence on the point of one sum.
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

// The live model

/**
 * @typedef {object} LiveSite A site that holds a carry.
 * @property {string} name
 * @property {number} head
 * @property {number} position
 * @property {number} column
 * @property {number} digit
 * @property {Float64Array} without The mean head output without the carry.
 * @property {Float64Array} vector What the carry adds to it.
 */
/** @typedef {Omit<LiveSite, "without" | "vector"> & { without: PackedNumbers, vector: PackedNumbers }} PackedSite */
/**
 * @typedef {object} LiveSubspace A direction or a plane of a site's output.
 * @property {string} name
 * @property {number} head
 * @property {number} position
 * @property {number} column
 * @property {number} digit
 * @property {Float64Array} basis Orthonormal vectors, one after the other.
 * @property {number} rank
 * @property {number | null} as_far_as The number of the subspace along which a patch would be as long.
 */
/** @typedef {Omit<LiveSubspace, "basis" | "rank"> & { basis: PackedNumbers }} PackedSubspace */
/**
 * @typedef {object} LiveSettings
 * @property {number} n_digits
 * @property {number} n_heads
 * @property {number} n_layers
 * @property {number} d_model
 * @property {number} d_head
 * @property {string[]} vocabulary
 * @property {string[]} position_names
 * @property {boolean} has_phases
 * @property {number} carrying_share The share of sums with a carry.
 * @property {[number, number][]} wrong
 */
/** @typedef {{ tensors: Record<string, PackedNumbers>, means: PackedNumbers, read: PackedNumbers }} LiveArrays */
/** @typedef {LiveSettings & LiveArrays & { sites: PackedSite[], subspaces: PackedSubspace[] }} LivePayload */
/** @typedef {LiveSettings & { sites: LiveSite[], subspaces: LiveSubspace[] }} LiveContent */
/** @typedef {{ dModel: number, dHead: number, nHeads: number, nLayers: number, nTokens: number }} NetworkSizes */
/** @typedef {{ sizes: NetworkSizes, tensors: Record<string, Float64Array> }} NetworkWeights */
/** @typedef {{ layer: number, head: number, part: string, apply: (rows: Float64Array) => void }} NetworkChange */
/** @typedef {Record<string, Float64Array>} HeadRun Queries q, keys k, values v, pattern, z and the output of a head. */
/**
 * @typedef {object} NetworkResult
 * @property {Float64Array} embedded The residual stream after the embeddings.
 * @property {Float64Array[]} inputs The residual stream that each layer reads.
 * @property {HeadRun[][]} layers By layer and head.
 * @property {Float64Array} residual The residual stream in the end.
 * @property {Float64Array} logits By position and token.
 */
/**
 * @typedef {object} NetworkRun
 * @property {(payload: Pick<LivePayload, "d_model" | "d_head" | "n_heads" | "n_layers" | "vocabulary" | "tensors">) =>
 *   NetworkWeights} read
 * @property {(weights: NetworkWeights, tokens: number[], changes?: NetworkChange[]) => NetworkResult} run
 * @property {(rows: Float64Array, width: number, weights: Float64Array, bias: Float64Array) => Float64Array} normalise
 * @property {(rows: Float64Array, matrix: Float64Array, bias: Float64Array | null, nOut: number) => Float64Array} project
 * @property {(weights: NetworkWeights, part: string, layer: number, head: number, row: Float64Array) => Float64Array} inputOf
 * @property {(weights: NetworkWeights, layer: number, head: number) => Float64Array} valueBias
 */
/** @typedef {{ a: number, b: number }} Operands */
/** @typedef {{ layer: number, head: number | null, position: number | null }} LivePlace Without a number: all of them. */
/** @typedef {LivePlace & { kind: "zero" | "mean" | "patch", part: string, meanOf: string }} LiveSetting */
/** @typedef {{ kind: "dose", site: number, dose: number }} LiveDose */
/** @typedef {{ kind: "along", subspace: number } | { kind: "across", subspace: number }} LiveMove */
/** @typedef {{ kind: "token", position: number, token: number }} LiveToken */
/** @typedef {{ kind: "via", way: string }} LiveWay */
/** @typedef {LiveSetting | LiveDose | LiveMove | LiveToken | LiveWay} LiveChange */
/** @typedef {{ weights: NetworkWeights, means: Float64Array, read: Float64Array, payload: LiveContent }} LiveModel */
/** @typedef {{ sum: Operands, second: Operands | null, changes: LiveChange[], note: string }} LiveState */
/**
 * @typedef {object} LiveDigit
 * @property {number} token
 * @property {string} predicted
 * @property {number} right
 * @property {boolean} isRight
 * @property {Float64Array} probabilities
 * @property {number} phase
 * @property {number} amount The phase less the sum of the two digits.
 */
/**
 * @typedef {object} LiveSeen
 * @property {LiveModel} model
 * @property {Operands} sum
 * @property {Operands} judged The sum that the tokens form, by which the answer is judged.
 * @property {number} nChanges
 * @property {number[]} tokens The tokens of the sum that was typed.
 * @property {number[]} tokensNow The tokens after some of them were replaced.
 * @property {string} way The part of layer 1 that alone receives the changes before it, as text; empty without one.
 * @property {NetworkResult} clean
 * @property {NetworkResult} run
 * @property {LiveDigit[]} before
 * @property {LiveDigit[]} after
 * @property {boolean} isChanged
 */
/** @typedef {{ x: number, y: number }} Vector */
/**
 * @typedef {object} LiveSums
 * @property {(number: number, nDigits: number) => number[]} digitsOf
 * @property {(sum: Operands, nDigits: number) => number[]} tokensOf
 * @property {(nDigits: number) => number} predicting The first position that predicts a digit.
 * @property {(text: string, nDigits: number) => number | null} operandOf
 * @property {(sum: Operands, nDigits: number) => boolean} isTrained Whether both leading digits are below five.
 * @property {(sum: Operands, nDigits: number) => string} rangeNote The note on operands beyond those of training.
 * @property {(logits: Float64Array) => Vector} phasorOf
 * @property {(phasor: Vector) => number} phaseOf
 * @property {(run: NetworkResult, sum: Operands, payload: LiveSettings) => LiveDigit[]} readAnswer
 * @property {(site: LiveSite, z: Float64Array, weights: NetworkWeights) => number} levelAt
 * @property {(kind: string, payload: LiveSettings, random?: () => number) => Operands} surprise
 * @property {(text: string | null, nDigits: number) => Operands | null} parseSum
 * @property {(payload: LivePayload) => LiveModel} modelOf
 */
/** @typedef {{ name: string, logits: Float64Array }} Attribution */
/**
 * @typedef {object} Attributions
 * @property {(run: NetworkResult, model: LiveModel, position: number) => Attribution[]} components The embeddings, the heads
 *   and last the biases.
 * @property {(run: NetworkResult, model: LiveModel, position: number, scaleOfLayer?: number) =>
 *   { paths: Attribution[], biases: Attribution[] }} paths From the embeddings and layer-0 heads, directly and through
 *   layer-1 heads; what layer 1 reads is divided by the scale of its own layer norm, or by that of another layer.
 * @property {(model: LiveModel) => Vector[]} rightPhasors By digit.
 */
/** @typedef {{ model: LiveModel, run: NetworkResult, sum: Operands }} OwnRun */
/**
 * @typedef {object} OwnViews
 * @property {Record<string, (view: View, choices: string[], own: OwnRun) => View>} makers By what a figure shows of a sum: the
 *   view of a listed sum, its choices beside the sum, and the run.
 */
/**
 * @typedef {object} Interventions
 * @property {(text: string, payload: LiveContent) => { changes: LiveChange[], isWhole: boolean }} parseChanges
 * @property {(changes: LiveChange[]) => string} writeChanges
 * @property {(change: LiveChange) => string} placeOf What an intervention is made on.
 * @property {(index: number, changes: LiveChange[], payload: LiveContent) => string} whyWithoutEffect Why one of the
 *   interventions changes nothing; empty if it may change something.
 * @property {(sum: Operands, changes: LiveChange[], nDigits: number) => number[]} tokensWith The tokens, after some were
 *   replaced.
 * @property {(model: LiveModel, sum: Operands, changes: LiveChange[], source?: NetworkResult) => NetworkResult} runWith
 * @property {(sum: Operands, changes: LiveChange[], nDigits: number) => Operands | null} sumOfTokens
 */
/**
 * @typedef {object} LiveViews
 * @property {(seen: LiveSeen) => HTMLElement} answerTable
 * @property {(seen: LiveSeen) => HTMLElement} levelTable
 * @property {(seen: LiveSeen) => HTMLElement} partsTable
 * @property {(seen: LiveSeen) => HTMLElement} pathsTable
 * @property {(seen: LiveSeen) => HTMLElement} attentionView
 * @property {(seen: LiveSeen) => string} asText
 */

// The picture of the mechanism

/** @typedef {{ name: string, column: number }} PictureSwitch */
/** @typedef {{ reads: { head: number, position: string }[][], switches: PictureSwitch[] }} PictureParts */
/**
 * @typedef {object} PictureLive
 * @property {(model: LiveModel, sum: Operands, parts: PictureParts) => PictureSum} sumOf
 * @property {(sum: PictureSum, switches: PictureSwitch[]) => string[]} asText
 */
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
