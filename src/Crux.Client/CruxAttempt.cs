namespace Crux.Client;

/// <summary>One instance that a call was tried on in vain.</summary>
/// <param name="Instance">Such as <c>galumph2_3</c>.</param>
/// <param name="NetId">Such as <c>node3:41234</c>.</param>
/// <param name="Reason">Why, as one word: <see cref="CruxTrailers.Unreachable"/>, <see cref="CruxTrailers.Lost"/>, <see cref="CruxTrailers.Refused"/>,
/// <see cref="CruxTrailers.Deadline"/> or <see cref="CruxTrailers.Revoked"/>.</param>
/// <param name="Problem">Why, for people.</param>
public sealed record CruxAttempt(string Instance, string NetId, string Reason, string Problem);
