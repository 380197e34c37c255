using System.Text.Json.Serialization;

namespace Crux.Daemon.Tour;

/// <summary>How the tour writes JSON: without reflection, in camelCase.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TourSummaryJson))]
internal sealed partial class TourJsonContext : JsonSerializerContext;
