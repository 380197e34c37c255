using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Crux;

/// <summary>A duration from <paramref name="least"/> to <paramref name="most"/>, both allowed, in the constant format <c>[d.]hh:mm:ss[.fffffff]</c>.</summary>
/// <remarks>
/// Stands in for <see cref="RangeAttribute"/>, whose first use by two threads at once can throw an <see cref="InvalidCastException"/>
/// (dotnet/runtime issue 1143): two hosts that start in one process would find it. Thread-safe.
/// </remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeSpanRangeAttribute(string least, string most) : ValidationAttribute
{
    /// <summary>The shortest duration.</summary>
    public TimeSpan Least { get; } = TimeSpan.Parse(least, CultureInfo.InvariantCulture);

    /// <summary>The longest duration.</summary>
    public TimeSpan Most { get; } = TimeSpan.Parse(most, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is null || (value is TimeSpan span && span >= Least && span <= Most);

    /// <inheritdoc/>
    public override string FormatErrorMessage(string name) => ErrorMessage ?? $"{name} must be from {Least} to {Most}.";
}
