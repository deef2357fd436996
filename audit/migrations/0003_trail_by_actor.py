
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_append_only'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='trailline',
            index=models.Index(fields=['actor', 'at'], name='trail_by_actor'),
        ),
    ]
