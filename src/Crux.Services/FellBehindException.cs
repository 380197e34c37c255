namespace Crux.Services;

/// <summary>A subscriber read too slowly, and what waited for it reached its limit: subscribe again, and begin with a full state.</summary>
public sealed class FellBehindException(int limit) : Exception($"More than {limit} messages waited for a slow reader: subscribe again.");
