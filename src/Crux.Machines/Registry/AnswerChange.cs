namespace Crux.Machines.Registry;

/// <summary>A followed selector has a new answer, or is followed no more.</summary>
/// <param name="Selector">The selector.</param>
/// <param name="Answer">The new answer; null where the selector is dropped.</param>
/// <param name="IsNews">Whether watchers are told: the offers differ, or have been confirmed in full for the first time, or somebody is left out for the first time, or nobody any more.</param>
public sealed record AnswerChange(Selector Selector, ReeveAnswer? Answer, bool IsNews);
