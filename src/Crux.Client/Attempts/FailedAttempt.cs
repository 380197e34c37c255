using Crux.Client.Selection;

namespace Crux.Client.Attempts;

/// <summary>An instance that a call was tried on, and why that failed.</summary>
internal sealed record FailedAttempt(Endpoint Endpoint, string Problem);
