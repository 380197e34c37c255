namespace Crux.Cli.Json;

/// <summary>One candidate. Rank and tier are null where it is not offered.</summary>
internal sealed record OfferJson(int? Rank, int? Tier, bool Offered, string Proximity, string Rack, string Reason, ServiceJson Service);
