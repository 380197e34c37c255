using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Crux.Client.Tests.Hosting;

public sealed class TimeSpanRangeTests
{
    [Theory]
    [InlineData("00:00:00.050", true)]
    [InlineData("00:10:00", true)]
    [InlineData("00:00:00.049", false)]
    [InlineData("00:10:00.001", false)]
    public void Both_ends_are_within(string duration, bool isWithin) =>
        Assert.Equal(isWithin, new TimeSpanRangeAttribute("00:00:00.050", "00:10:00").IsValid(TimeSpan.Parse(duration, CultureInfo.InvariantCulture)));

    [Fact]
    public void What_is_out_of_range_is_named_with_what_would_be_right()
    {
        var options = new CruxServiceOptions { HeartbeatPeriod = TimeSpan.Zero };
        var problem = Assert.Throws<ValidationException>(() => Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true));
        Assert.Contains("Crux:HeartbeatPeriod must be from 00:00:00.050 to 00:10:00.", problem.Message, StringComparison.Ordinal);
        Assert.Equal("Nap must be from 00:00:01 to 01:00:00.", new TimeSpanRangeAttribute("00:00:01", "01:00:00").FormatErrorMessage("Nap"));
    }
}
