namespace Crux.Cli.Json;

/// <summary><c>crux lookup --json</c>.</summary>
internal sealed record LookupJson(string Selector, IReadOnlyList<OfferJson> Offers, string Steward, string Note, ulong Revision);
