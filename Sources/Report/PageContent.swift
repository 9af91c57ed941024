public import Basics
public import Foundation
public import GeoTypes

/// Everything that the page of a run shows.
public struct PageContent: Sendable {
  /// The pipeline's name.
  public var title: String
  /// The last run; of shards, all that belong together.
  public var run: RunFigures
  /// How many shards have reported, and how many there are; `nil` for a plain run.
  public var shards: (reported: Int, count: Int)?
  /// All sources that are known, in order of their names.
  public var sources: [SourceState]
  public var failures: [Failure]
  /// By class, in order of their ids: one table for sources with areas in m², one for those without a place.
  public var areas: [AreaTable]
  /// In order of the classes' ids; empty where it is not known.
  public var confidences: [ClassConfidence]
  /// Whether there was a run before to compare with.
  public var hasBefore: Bool
  /// Sources whose areas changed since the run before, the largest change first.
  public var changes: [SourceChange]
  /// The last nights, oldest first.
  public var nights: [Night]
  public var warnings: [String]
  /// Model, settings and versions.
  public var facts: [FactTable]
  public var timeZone: TimeZone

  public init(title: String, run: RunFigures, timeZone: TimeZone) {
    self.title = title
    self.run = run
    sources = []
    failures = []
    areas = []
    confidences = []
    hasBefore = false
    changes = []
    nights = []
    warnings = []
    facts = []
    self.timeZone = timeZone
  }

  /// A source on the map.
  public struct SourceState: Sendable {
    public var name: String
    public var outcome: Outcome
    /// Corners in degrees of longitude and latitude, continuous across 180°; empty where its place is not known.
    public var outline: [Point]
    /// How long it took; `nil` where it was not worked on.
    public var seconds: Double?

    public init(name: String, outcome: Outcome, outline: [Point], seconds: Double?) {
      self.name = name
      self.outcome = outcome
      self.outline = outline
      self.seconds = seconds
    }
  }

  public struct Failure: Sendable {
    public var name: String
    /// One line: file, reason, remedy.
    public var reason: String
    public var since: Date?
    public var tries: Int?
    /// When it is tried again; `nil` where it is not.
    public var next: Date?

    public init(name: String, reason: String, since: Date?, tries: Int?, next: Date?) {
      self.name = name
      self.reason = reason
      self.since = since
      self.tries = tries
      self.next = next
    }
  }

  /// What areas are measured in.
  public enum AreaUnit: Sendable, Equatable { case squareMeters, pixels }

  public struct AreaTable: Sendable {
    public var unit: AreaUnit
    public var classes: [ClassArea]

    public init(unit: AreaUnit, classes: [ClassArea]) {
      self.unit = unit
      self.classes = classes
    }
  }

  public struct ClassArea: Sendable {
    public var name: String
    public var color: Color
    public var area: Double
    /// After the run before.
    public var before: Double
    /// Sources in which it occurs.
    public var sources: Int

    public init(name: String, color: Color, area: Double, before: Double, sources: Int) {
      self.name = name
      self.color = color
      self.area = area
      self.before = before
      self.sources = sources
    }
  }

  public struct ClassConfidence: Sendable {
    public var name: String
    public var color: Color
    /// Mean over pixels, in percent.
    public var mean: Double

    public init(name: String, color: Color, mean: Double) {
      self.name = name
      self.color = color
      self.mean = mean
    }
  }

  /// How the areas of one source changed.
  public struct SourceChange: Sendable {
    public var name: String
    public var isNew: Bool
    public var isRemoved: Bool
    public var unit: AreaUnit
    /// Classes whose area changed, the largest change first.
    public var classes: [(name: String, color: Color, before: Double, now: Double)]
    public var preview: Preview?

    public init(
      name: String, isNew: Bool, isRemoved: Bool, unit: AreaUnit, classes: [(name: String, color: Color, before: Double, now: Double)]
    ) {
      self.name = name
      self.isNew = isNew
      self.isRemoved = isRemoved
      self.unit = unit
      self.classes = classes
    }
  }

  /// A small picture of a source.
  public struct Preview: Sendable {
    /// A JPEG file.
    public var jpeg: [UInt8]
    public var size: RasterSize
    /// The whole picture, relative to the page, percent-encoded.
    public var link: String

    public init(jpeg: [UInt8], size: RasterSize, link: String) {
      self.jpeg = jpeg
      self.size = size
      self.link = link
    }
  }

  /// Rows of names and values under a heading.
  public struct FactTable: Sendable {
    public var heading: String
    public var rows: [(name: String, value: String)]
    /// Whether the page shows it only when it is opened.
    public var isFolded: Bool

    public init(heading: String, rows: [(name: String, value: String)], isFolded: Bool = false) {
      self.heading = heading
      self.rows = rows
      self.isFolded = isFolded
    }
  }
}
