import CPango
import Synchronization

/// Pango's state of the process. A font map must not be used by two threads at once, so that the one there is lives behind a lock.
struct TextSetter: ~Copyable {
  static let shared = Mutex(TextSetter())

  private let map: UnsafeMutablePointer<PangoFontMap>?
  private let context: OpaquePointer?

  private init() {
    map = pango_cairo_font_map_new()
    context = pango_font_map_create_context(map)
    let options = cairo_font_options_create()
    // Nothing of a screen: gray edges, letters at their exact places.
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    pango_cairo_context_set_font_options(context, options)
    cairo_font_options_destroy(options)
    pango_cairo_context_set_resolution(context, 96)
    pango_context_set_round_glyph_positions(context, 0)
  }

  deinit {
    if let context { g_object_unref(UnsafeMutableRawPointer(context)) }
    if let map { g_object_unref(UnsafeMutableRawPointer(map)) }
  }

  struct Drawn {
    var width = 0
    var height = 0
    var coverage: [UInt8] = []
    var missing = 0
  }

  mutating func draw(_ text: String, size: Double, weight: TextLine.Weight, widest: Int) -> Drawn {
    guard let layout = pango_layout_new(context) else { return Drawn() }
    defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
    let font = pango_font_description_new()
    defer { pango_font_description_free(font) }
    pango_font_description_set_family(font, "DejaVu Sans, Noto Sans, sans-serif")
    pango_font_description_set_absolute_size(font, size * Double(PANGO_SCALE))
    pango_font_description_set_weight(font, weight == .bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
    pango_layout_set_font_description(layout, font)
    pango_layout_set_single_paragraph_mode(layout, 1)
    pango_layout_set_text(layout, text, -1)
    var (width, height): (Int32, Int32) = (0, 0)
    pango_layout_get_pixel_size(layout, &width, &height)
    if Int(width) > widest {
      pango_layout_set_width(layout, Int32(clamping: widest * Int(PANGO_SCALE)))
      pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_MIDDLE)
      pango_layout_get_pixel_size(layout, &width, &height)
    }
    var drawn = Drawn()
    drawn.missing = Int(pango_layout_get_unknown_glyphs_count(layout))
    guard width > 0, height > 0, width < 20_000, height < 2000 else { return drawn }
    let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height)
    defer { cairo_surface_destroy(surface) }
    let pen = cairo_create(surface)
    pango_cairo_show_layout(pen, layout)
    cairo_destroy(pen)
    cairo_surface_flush(surface)
    guard let bytes = cairo_image_surface_get_data(surface) else { return drawn }
    let stride = Int(cairo_image_surface_get_stride(surface))
    (drawn.width, drawn.height) = (Int(width), Int(height))
    drawn.coverage.reserveCapacity(drawn.width * drawn.height)
    for row in 0..<drawn.height {
      drawn.coverage.append(contentsOf: UnsafeBufferPointer(start: bytes + row * stride, count: drawn.width))
    }
    return drawn
  }
}
